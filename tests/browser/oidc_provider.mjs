// An identity provider: the npm package oidc-provider with one client and two people.
// oidc_provider.mjs CONSOLE_FOLDER PORT REDIRECT_URL CLIENT_SECRET; one JSON line when it is ready.
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [consoleFolder, port, redirectUrl, clientSecret] = process.argv.slice(2);
const packageFile = resolve(consoleFolder, 'node_modules/oidc-provider/lib/index.js');
const { Provider } = await import(pathToFileURL(packageFile).href);

const people = {
  karin: { name: 'Karin Lund', email: 'karin@shop.example', groups: ['everybody', 'hub-operators'] },
  gustav: { name: 'Gustav Ek', email: 'gustav@shop.example', groups: ['everybody'] },
};

// Not 127.0.0.1, where the console is: what the browser does between two sites is a part of this.
const issuer = `http://localhost:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'tillbridge',
      client_secret: clientSecret,
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true, methods: ['S256'] },
  cookies: { keys: ['of-this-test'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) =>
    people[id] && { accountId: id, claims: async () => ({ sub: id, preferred_username: id, ...people[id] }) },
});

createServer(provider.callback()).listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ issuer }));
});
