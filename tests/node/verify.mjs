// Verifies compact JWSs with jose. Reads one JSON object:
// {"jwks": …, "typ": …, "issuer": …, "tokens": [{"token": …, "audience": …}, …]}
// and writes the claims of each, or {"refused": code}.
import { createLocalJWKSet, jwtVerify } from "jose";
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const keys = createLocalJWKSet(asked.jwks);
const said = [];
for (const { token, audience } of asked.tokens) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ["ES256"],
      typ: asked.typ,
      issuer: asked.issuer,
      audience,
    });
    said.push({ claims: payload, alg: protectedHeader.alg });
  } catch (refused) {
    said.push({ refused: refused.code ?? String(refused) });
  }
}
process.stdout.write(JSON.stringify(said));
