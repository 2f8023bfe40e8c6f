// Serves the mock hub below /api/v1 of the development and the preview server. Never part of a build.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { answer } from './answer.ts';
import { isStarting } from './routes/settings.ts';
import { tick } from './world.ts';

const listeners = new Set<ServerResponse>();
let ticking: ReturnType<typeof setInterval> | undefined;

function live(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('event: ping\ndata: {}\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
  ticking ??= setInterval(() => {
    const data = JSON.stringify({ topics: tick() });
    for (const each of listeners) each.write(`event: changed\ndata: ${data}\n\n`);
  }, 2000);
  ticking.unref();
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function serve(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  const url = request.url ?? '/';
  if (!url.startsWith('/api/v1')) {
    next();
    return;
  }
  if (isStarting()) {
    response.destroy();
    return;
  }
  if (url.startsWith('/api/v1/live')) {
    live(response);
    return;
  }
  const csrf = request.headers['x-csrf-token'];
  const made = answer(request.method ?? 'GET', url, await bodyOf(request), {
    cookie: request.headers.cookie,
    csrf: Array.isArray(csrf) ? csrf[0] : csrf,
  });
  // About as slow as a hub on another machine.
  setTimeout(() => {
    response.writeHead(made.status, {
      'Content-Type': 'application/json',
      ...(made.cookie ? { 'Set-Cookie': made.cookie } : {}),
    });
    response.end(JSON.stringify(made.body));
  }, 60);
}

export function mockHub(): Plugin {
  const middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) =>
    void serve(request, response, next);
  return {
    name: 'mock-hub',
    configureServer: (server) => void server.middlewares.use(middleware),
    configurePreviewServer: (server) => void server.middlewares.use(middleware),
  };
}
