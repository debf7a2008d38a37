// A department's machine made of oauth4webapi (a certified FAPI 2.0 client) and jose, nothing of ours.
// Reads {issuer, client_id, jwk, grant_id}; answers with what it got: metadata, token, claims, money.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, importJWK, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";

const asked = JSON.parse(readFileSync(0, "utf8"));
const plain = { [oauth.allowInsecureRequests]: asked.issuer.startsWith("http://") };
const issuer = new URL(asked.issuer);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...plain }),
);

const client = { client_id: asked.client_id };
const key = await importJWK(asked.jwk, asked.jwk.alg);
const proofs = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
const answer = await oauth.processClientCredentialsResponse(
  server,
  client,
  await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.PrivateKeyJwt({ key, kid: asked.jwk.kid }),
    new URLSearchParams(),
    { DPoP: proofs, ...plain },
  ),
);

const read = (path) =>
  oauth.protectedResourceRequest(
    answer.access_token,
    "GET",
    new URL(path, issuer),
    new Headers({ "x-svd-interaction-id": crypto.randomUUID(), accept: "application/jwt" }),
    null,
    { DPoP: proofs, ...plain },
  );

const status = await read(`/v1/grants/${asked.grant_id}/status`);
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", issuer));
const { payload, protectedHeader } = await jwtVerify(await status.text(), keys, {
  issuer: server.issuer,
  audience: asked.client_id,
  typ: "grant-status+jwt",
  algorithms: ["ES256"],
});
// Money: pages of two, proved by hand with nothing but a hash, and the signed head of the last one.
const entries = [];
let page;
let hash = "0".repeat(64);
let whole = true;
do {
  page = await (await read(`/v1/allocations?after=${entries.length}&limit=2`)).json();
  for (const one of page.items) {
    const said = [
      one.sequence, one.allocation_id, one.kind, one.amount_pence, one.next_most_pence,
      one.value_date, one.debt_handle,
    ].join("|");
    const made = createHash("sha256").update(Buffer.from(hash, "hex")).update(said).digest("hex");
    whole &&= one.prev_hash === hash && one.chain_hash === made;
    whole &&= one.sequence === entries.length + 1;
    hash = made;
    entries.push(one);
  }
} while (page.more);
// What became of the first is said, and said again; another word after it is a conflict.
const says = async (outcome) =>
  (
    await oauth.protectedResourceRequest(
      answer.access_token,
      "PUT",
      new URL(`/v1/allocations/${entries[0].allocation_id}/receipt`, issuer),
      new Headers({
        "x-svd-interaction-id": crypto.randomUUID(),
        "content-type": "application/json",
      }),
      JSON.stringify({ outcome, line: "open" }),
      { DPoP: proofs, ...plain },
    )
  ).status;
const receipts = entries.length
  ? [await says("posted"), await says("posted"), await says("rejected")]
  : [];
const head = await jwtVerify(page.head, keys, {
  issuer: server.issuer,
  audience: asked.client_id,
  typ: "allocation-head+jwt",
  algorithms: ["ES256"],
});
const days = await (await read("/v1/remittances")).json();
const url = new URL("/v1/allocations?after=0", issuer);
const bare = async (authorization) =>
  (
    await fetch(url, {
      headers: { authorization, "x-svd-interaction-id": crypto.randomUUID() },
    })
  ).status;
const unproved = [
  await bare(`DPoP ${answer.access_token}`),
  await bare(`Bearer ${answer.access_token}`),
];
const unknown = await read(`/v1/grants/g_${"A".repeat(22)}/status`);

console.log(
  JSON.stringify({
    methods: server.token_endpoint_auth_methods_supported,
    token_type: answer.token_type,
    expires_in: answer.expires_in,
    typ: protectedHeader.typ,
    claims: payload,
    unknown: unknown.status,
    entries,
    whole,
    hash,
    receipts,
    head: head.payload,
    days: days.items,
    unproved,
  }),
);
