// The box that `/` goes to: in the top bar, or on the page of searches itself.
export const searchBoxId = 'find';
