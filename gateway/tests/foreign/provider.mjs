// A stock OpenID provider (npm oidc-provider) that nobody here wrote, as the e-identity of a test.
// node provider.mjs '{"issuer": …, "port": …, "jwks": …, "redirect_uri": …}'
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signing = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'foreign' };
const person = {
  given_name: 'Zane', family_name: 'Svešā', birthdate: '1990-01-02', personal_code: '320000-00000',
};

const provider = new Provider(given.issuer, {
  clients: [{
    client_id: 'ila-gateway',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    redirect_uris: [given.redirect_uri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    jwks: given.jwks,
  }],
  jwks: { keys: [signing] },
  cookies: { keys: ['of a test'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: Object.keys(person) },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub, ...person }) }),
});
provider.listen(given.port, '127.0.0.1');
