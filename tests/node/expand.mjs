// Expands JSON-LD documents with jsonld. Reads {"context": …, "address": …, "base": …, "documents": […]}
// and writes, for each, every address of a property, a type or a term that it uses. In safe mode a
// field that the context does not explain is an error, not silence.
import jsonld from "jsonld";
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const documentLoader = async (url) => {
  if (url !== asked.address) throw new Error(`not fetched: ${url}`);
  return { contextUrl: null, documentUrl: url, document: asked.context };
};
const walk = (value, found) => {
  if (Array.isArray(value)) value.forEach((one) => walk(one, found));
  else if (value && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      if (name === "@type") [inner].flat().forEach((one) => found.add(one));
      else if (name === "@id") found.add(inner);
      else if (!name.startsWith("@")) found.add(name);
      walk(inner, found);
    }
  }
};
const said = [];
for (const document of asked.documents) {
  const found = new Set();
  walk(await jsonld.expand(document, { base: asked.base, documentLoader, safe: true }), found);
  said.push([...found].sort());
}
process.stdout.write(JSON.stringify(said));
