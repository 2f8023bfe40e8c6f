// Of a handbook page what is needed beside the case: what to check and what to do. The case says the rest itself.
const wanted = /check|do\b|act/i;

export function excerptOf(markdown: string): string {
  const sections = markdown.split(/^(?=## )/m);
  const kept = sections.filter((section) => wanted.test(/^## (.*)$/m.exec(section)?.[1] ?? ''));
  const chosen = kept.length > 0 ? kept : sections;
  return chosen.join('').replace(/^## /gm, '### ').trim();
}
