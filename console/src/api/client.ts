// One way to talk to the hub: JSON in and out, errors as ApiError with the hub's own words.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

let csrf = '';
let workspace: string | null = null;
let onSignedOut: () => void = () => {};

export function setCsrf(token: string): void {
  csrf = token;
}
// null: the hub has one workspace, or none was chosen.
export function setWorkspace(name: string | null): void {
  workspace = name;
}
export function chosenWorkspace(): string | null {
  return workspace;
}
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

export function address(path: string, query: Query = {}): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false)
      text.set(name, String(value));
  }
  if (workspace !== null && !text.has('workspace')) text.set('workspace', workspace);
  const all = text.toString();
  return `/api/v1${path}${all === '' ? '' : `?${all}`}`;
}

async function failure(answer: Response): Promise<ApiError> {
  const retry = Number.parseInt(answer.headers.get('Retry-After') ?? '', 10);
  const retryAfterS = Number.isNaN(retry) ? null : retry;
  try {
    const body = (await answer.json()) as { error?: unknown; message?: unknown };
    if (typeof body.message === 'string') {
      return new ApiError(answer.status, String(body.error ?? 'unknown'), body.message, retryAfterS);
    }
  } catch {
    // Not JSON: something between the browser and the hub answered.
  }
  return new ApiError(answer.status, 'unknown', `The hub answered ${answer.status}. Try again.`, retryAfterS);
}

export async function call<T>(
  method: Method,
  path: string,
  // raw: the answer as text, where reading its numbers would change them.
  options: { query?: Query; body?: unknown; signal?: AbortSignal; raw?: boolean } = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf !== '') headers['X-CSRF-Token'] = csrf;
  let answer: Response;
  try {
    answer = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(
      0,
      'unreachable',
      'The hub cannot be reached. Check that it runs and that you are connected.',
    );
  }
  if (!answer.ok) {
    const error = await failure(answer);
    if (error.status === 401 && path !== '/session') onSignedOut();
    throw error;
  }
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  if (options.raw) return text as T;
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) });
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, { body });
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, { body });
export const remove = <T>(path: string): Promise<T> => call<T>('DELETE', path);

export const part = (text: string): string => encodeURIComponent(text);

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong. Try again.';
}
