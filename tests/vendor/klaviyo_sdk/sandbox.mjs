// Starts the sandbox for a test file and gives the vendor's client pointed at it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import sdk from 'klaviyo-api';

export const { FilterBuilder } = sdk;

export class Sandbox {
  static async start() {
    const binary = process.env.TILLBRIDGE_SANDBOX;
    if (!binary) throw new Error('TILLBRIDGE_SANDBOX names the binary of the sandbox');
    const child = spawn(binary, ['--stores', '2', '--products', '20', '--customers', '10',
      '--parent-pid', String(process.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
    });
    const sandbox = new Sandbox();
    sandbox.child = child;
    sandbox.ports = JSON.parse(first);
    return sandbox;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  // The client's address is fixed in its source, but each of its APIs lets itself be pointed elsewhere.
  client(Api, options = { numRetries: 1 }, key = 'pk_sandbox') {
    const api = new Api(new sdk.ApiKeySession(key, new sdk.RetryWithExponentialBackoff(options)));
    api.basePath = `http://127.0.0.1:${this.ports.klaviyo_port}`;
    return api;
  }
  get profiles() { return this.client(sdk.ProfilesApi); }
  get events() { return this.client(sdk.EventsApi); }
  get metrics() { return this.client(sdk.MetricsApi); }
  get lists() { return this.client(sdk.ListsApi); }
  get accounts() { return this.client(sdk.AccountsApi); }

  // Klaviyo's side of the sandbox's settings.
  async set(klaviyo) {
    const answer = await fetch(`http://127.0.0.1:${this.ports.control_port}/control/faults`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ klaviyo }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
}

export async function eventually(what, probe) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// The client throws axios errors; the interesting part is what Klaviyo said.
export async function refused(call) {
  try {
    await call;
  } catch (error) {
    if (!error.response) throw error;
    return error.response;
  }
  throw new Error('the call was not refused');
}
