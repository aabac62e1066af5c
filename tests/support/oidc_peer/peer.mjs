// A certified third-party OpenID provider, configured like Entra: tenant-scoped issuer, private_key_jwt with PS256 only,
// PKCE required, RS256 ID tokens with tid, oid and ver. One JSON line on stdin says how; one on stdout says where.
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
const setup = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
process.stdin.on('end', () => process.exit(0)); // the test has gone

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: 'peer-1', use: 'sig', alg: 'RS256' };

const server = createServer({ key: setup.tls_key, cert: setup.tls_cert });
await new Promise((resolve) => server.listen(setup.port ?? 0, '127.0.0.1', resolve));
const mount = `/${setup.entra_tenant_id}/v2.0`;
const issuer = `https://127.0.0.1:${server.address().port}${mount}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: setup.client_id,
    redirect_uris: setup.redirect_uris,
    post_logout_redirect_uris: setup.redirect_uris,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    id_token_signed_response_alg: 'RS256',
    jwks: { keys: [setup.client_jwk] },
  }],
  jwks: { keys: [signingKey] },
  enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
  pkce: { required: () => true, methods: ['S256'] },
  responseTypes: ['code'],
  claims: { openid: ['sub', 'tid', 'oid', 'ver'], profile: ['name', 'preferred_username'] },
  conformIdTokenClaims: false, // Entra puts the profile into the ID token
  cookies: { keys: ['oidc-peer'] },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...setup.person }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

const handle = provider.callback();
server.on('request', async (request, response) => {
  if (request.url.startsWith('/interaction/')) {
    // Whoever comes is the one person of this provider.
    await provider.interactionFinished(request, response, { login: { accountId: 'peer-account' } });
  } else if (request.url.startsWith(mount)) {
    request.originalUrl = request.url; // how a mounted provider learns its own path
    request.url = request.url.slice(mount.length) || '/';
    await handle(request, response);
  } else {
    response.writeHead(404).end();
  }
});

provider.on('server_error', (ctx, error) => console.error(error));
provider.on('grant.error', (ctx, error) => console.error('token request refused:', error.error_detail ?? error.message));
console.log(JSON.stringify({ issuer }));
