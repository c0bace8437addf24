/** Where what is: below the issuer's path. */
export const routes = {
  authorization: '/authorize',
  token: '/token',
  jwks: '/jwks',
  introspection: '/introspect',
  revocation: '/revoke',
  end_session: '/logout',
  backchannel_authentication: '/backchannel',
} as const;
