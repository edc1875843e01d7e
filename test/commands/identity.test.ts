/** Profiles, keys, signatures and topics as commands; against the recordings where there are some. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, jsonOf, resultOf, type Sandbox, sandbox } from "../support/cli.ts";
import { loadVectors } from "../support/vectors.ts";

interface Accounts {
  readonly derivation: readonly {
    readonly mnemonic: string;
    readonly passphrase: string;
    readonly chatAlias: string;
    readonly keyUid: string;
    readonly chatPrivateKey: string;
    readonly keys: readonly { readonly path: string; readonly address: string; readonly compressedPublicKey: string }[];
  }[];
  readonly typedData: readonly {
    readonly error: string | null;
    readonly typedData: object;
    readonly chainId: number;
    readonly privateKey: string;
    readonly signature: string;
    readonly address: string;
  }[];
  readonly eip155: readonly {
    readonly nonce: number;
    readonly gasPrice: string;
    readonly gasLimit: number;
    readonly to: string | null;
    readonly value: string;
    readonly data: string;
    readonly chainId: number;
    readonly privateKey: string;
    readonly raw: string;
    readonly hash: string;
    readonly from: string;
  }[];
  readonly contactCode: readonly {
    readonly publicKey: string;
    readonly contactCode: { readonly topic: string };
    readonly partitioned: { readonly topic: string };
    readonly personalDiscovery: { readonly topic: string };
  }[];
}

const vectors = loadVectors<Accounts>("accounts.json");

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(() => box.remove());

const run = (...args: string[]) => box.run([...args, "--json"]);
const file = (name: string, content: string): string => {
  const path = join(box.home, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

describe("init", () => {
  test("makes nothing when nobody would see the words", async () => {
    expect(errorOf(await run("init"))).toMatchObject({
      code: "E_REFUSED",
      exit: 2,
      hint: expect.stringContaining("--mnemonic-out"),
    });
    expect(await box.run(["init"])).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(await run("whoami"))).toMatchObject({ code: "E_NO_PROFILE", exit: 7 });
  });

  test("writes new words to a file of their owner, and shows them nowhere else", async () => {
    const words = join(box.home, "words.txt");
    const ran = await run("init", "--mnemonic-out", words, "--words", "24");
    const result = resultOf<{ publicKey: string; directory: string }>(ran);
    expect(result).toMatchObject({ sealed: false, restored: false, mnemonic: { redacted: true }, mnemonicFile: words });
    const phrase = readFileSync(words, "utf8").trim();
    expect(phrase.split(" ")).toHaveLength(24);
    expect(statSync(words).mode & 0o777).toBe(0o600);
    expect(ran.stdout + ran.stderr).not.toContain(phrase.split(" ").slice(0, 3).join(" "));
    for (const entry of readdirSync(result.directory, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect(mode, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
    expect(resultOf(await run("whoami"))).toMatchObject({ publicKey: result.publicKey, mnemonic: { redacted: true } });
    expect(resultOf(await run("whoami", "--reveal"))).toMatchObject({ mnemonic: phrase });
  });

  test("never replaces a profile or a file, but moves it aside when told to", async () => {
    expect(errorOf(await run("init", "--reveal"))).toMatchObject({ code: "E_REFUSED" });
    const before = resultOf(await run("whoami")).publicKey;
    const again = resultOf<{ movedTo: string; publicKey: string }>(await run("init", "--reveal", "--force"));
    expect(again.publicKey).not.toBe(before);
    expect(resultOf(await run("whoami", "--profile", again.movedTo))).toMatchObject({ publicKey: before });
    const taken = await run("init", "--profile", "other", "--mnemonic-out", join(box.home, "words.txt"));
    expect(errorOf(taken)).toMatchObject({ code: "E_REFUSED" });
    expect(errorOf(await run("whoami", "--profile", "other")).code).toBe("E_NO_PROFILE");
  });

  test.each(vectors.derivation.map((vector, index) => [index, vector] as const))(
    "restores recorded account %d",
    async (index, vector) => {
      const second =
        vector.passphrase === "" ? [] : ["--second-factor-file", file("second.txt", `${vector.passphrase}\n`)];
      const words = file("phrase.txt", `  ${vector.mnemonic.toUpperCase().replaceAll(" ", "\n ")}\n`);
      const ran = await run("init", "--restore", "--mnemonic-file", words, ...second, "--profile", `vector${index}`);
      expect(resultOf(ran)).toMatchObject({ name: vector.chatAlias, restored: true, mnemonic: { redacted: true } });
    },
  );

  test("refuses words with a mistake, without quoting them", async () => {
    const words = file("wrong.txt", "abandon ".repeat(12));
    const ran = await run("init", "--restore", "--mnemonic-file", words, "--profile", "wrong");
    expect(errorOf(ran)).toMatchObject({ exit: 2 });
    expect(ran.stdout).not.toContain("abandon abandon");
  });
});

describe("a profile with a passphrase", () => {
  const PASSPHRASE = "correct horse";
  const { mnemonic = "", chatPrivateKey = "" } = vectors.derivation[0] ?? {};

  test("opens with it, by file, descriptor or variable, and with no other", async () => {
    const words = file("sealed-words.txt", mnemonic);
    const pass = file("pass.txt", `${PASSPHRASE}\n`);
    const made = await run(
      "init",
      "--restore",
      "--mnemonic-file",
      words,
      "--profile",
      "sealed",
      "--passphrase-file",
      pass,
    );
    const { publicKey } = resultOf<{ publicKey: string }>(made);
    const sealed = ["whoami", "--profile", "sealed"];
    expect(resultOf(await run(...sealed, "--passphrase-file", pass))).toMatchObject({ publicKey });
    expect(
      resultOf(await box.run([...sealed, "--json", "--passphrase-file", "-"], { stdin: PASSPHRASE })),
    ).toMatchObject({ publicKey });
    expect(resultOf(await box.run([...sealed, "--json", "--passphrase-fd", "0"], { stdin: PASSPHRASE }))).toMatchObject(
      { publicKey },
    );
    expect(resultOf(await box.run([...sealed, "--json"], { env: { STATUSCTL_PASSPHRASE_FILE: pass } }))).toMatchObject({
      publicKey,
    });
    expect(errorOf(await run(...sealed, "--passphrase-file", file("no.txt", "wrong")))).toMatchObject({
      code: "E_PASSPHRASE",
      exit: 7,
    });
    expect(errorOf(await run(...sealed))).toMatchObject({ code: "E_PASSPHRASE", exit: 7 });
  });

  test("keeps neither words nor keys in clear", () => {
    const folder = join(box.home, "data/statusctl/profiles/sealed");
    const text = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    expect(text).not.toContain(mnemonic);
    expect(text).not.toContain(chatPrivateKey.slice(2));
    expect(text.length).toBeGreaterThan(100);
  });

  test("warns of a passphrase file that others may read", async () => {
    const open = join(box.home, "open.txt");
    writeFileSync(open, PASSPHRASE, { mode: 0o644 });
    const value = jsonOf(await run("whoami", "--profile", "sealed", "--passphrase-file", open));
    expect(value.warnings).toEqual([{ code: "W_PERMISSIONS", message: expect.stringContaining("chmod 600") }]);
  });
});

describe("whoami", () => {
  test.each(vectors.contactCode.slice(0, 2))("agrees with topic of about %#", async (vector) => {
    const { topics } = resultOf<{ topics: { kind: string; topic: string }[] }>(
      await run("topic", "of", vector.publicKey),
    );
    expect(Object.fromEntries(topics.map(({ kind, topic }) => [kind, topic]))).toEqual({
      "contact-code": vector.contactCode.topic,
      partitioned: vector.partitioned.topic,
      personal: vector.personalDiscovery.topic,
    });
  });

  test("draws the key in ASCII too, and writes its picture", async () => {
    const picture = join(box.home, "me.png");
    const ran = await box.run(["whoami", "--qr", "--identicon", picture], { env: { LC_ALL: "C" } });
    expect(ran.stdout).toContain("##");
    expect(ran.stdout).not.toContain("\u001b");
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
    expect(errorOf(await run("whoami", "--identicon", picture)).code).toBe("E_REFUSED");
    expect(errorOf(await run("whoami", "--identicon", "me.jpg")).code).toBe("E_USAGE");
    expect(resultOf(await run("whoami", "--identicon", join(box.home, "me.svg")))).toMatchObject({
      identiconFile: expect.any(String),
    });
  });

  test("gives a script the key alone", async () => {
    expect((await box.run(["whoami", "--fields", "publicKey"])).stdout).toMatch(/^0x04[0-9a-f]{128}\n$/);
  });
});

test("two profiles negotiate one topic, whose name is a secret", async () => {
  const made = async (profile: string) =>
    resultOf<{ publicKey: string }>(await run("init", "--reveal", "--profile", profile)).publicKey;
  const [alice, bob] = [await made("alice"), await made("bob")];
  const negotiated = async (profile: string, key: string, ...more: string[]) => {
    const ran = await run("topic", "of", key, "--kind", "negotiated", "--profile", profile, ...more);
    return resultOf<{ topics: { topic: string; name: unknown }[] }>(ran).topics[0];
  };
  const seen = await negotiated("alice", bob);
  expect(seen).toMatchObject({ name: { redacted: true } });
  expect(await negotiated("bob", alice)).toEqual(seen);
  expect((await negotiated("bob", alice, "--reveal"))?.name).toMatch(/^[0-9a-f]{64}$/);
});

describe("keys", () => {
  test.each(vectors.derivation.map((vector, index) => [index, vector] as const))(
    "derive recorded account %d",
    async (_, vector) => {
      const second = vector.passphrase === "" ? [] : ["--second-factor-file", file("second.txt", vector.passphrase)];
      const paths = vector.keys.map(({ path }) => path);
      const ran = await run(
        "key",
        "derive",
        ...paths,
        "--mnemonic-file",
        file("words-in.txt", vector.mnemonic),
        ...second,
      );
      const { keyUid, keys } = resultOf<{
        keyUid: string;
        keys: { path: string; address: string; compressedKey: string }[];
      }>(ran);
      expect(keyUid).toBe(vector.keyUid);
      expect(
        keys.map(({ path, address, compressedKey }) => ({ path, address, compressedPublicKey: compressedKey })),
      ).toEqual(vector.keys.map(({ path, address, compressedPublicKey }) => ({ path, address, compressedPublicKey })));
      expect(ran.stdout).not.toContain(vector.chatPrivateKey);
    },
  );

  test("show secrets only when told to", async () => {
    const [{ mnemonic, chatPrivateKey } = { mnemonic: "", chatPrivateKey: "" }] = vectors.derivation;
    const words = file("words-in.txt", mnemonic);
    const ran = await run("key", "derive", "--mnemonic-file", words, "--reveal");
    expect(resultOf(ran)).toMatchObject({ keys: [{ secretKey: chatPrivateKey }, {}] });
  });

  test("go out sealed and come back the same", async () => {
    const password = file("password.txt", "secret\n");
    const out = join(box.home, "key.json");
    const { publicKey } = resultOf<{ publicKey: string }>(await run("whoami"));
    const exported = resultOf(await run("key", "export", "-o", out, "--password-file", password));
    expect(exported).toMatchObject({
      form: "keystore",
      keyFile: null,
      file: out,
      publicKey,
      secretKey: { redacted: true },
    });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(resultOf(await run("key", "import", out, "--password-file", password))).toMatchObject({
      form: "keystore",
      publicKey,
    });
    expect(errorOf(await run("key", "import", out, "--password-file", file("p2.txt", "other"))).code).toBe(
      "E_PASSPHRASE",
    );
    expect(errorOf(await run("key", "import", out)).code).toBe("E_PASSPHRASE");
    expect(errorOf(await run("key", "export")).code).toBe("E_PASSPHRASE");
    const profile = await run("init", "--key-file", out, "--key-password-file", password, "--profile", "imported");
    expect(resultOf(profile)).toMatchObject({ publicKey, mnemonic: null, restored: true });
  });

  test("go out in clear only when told twice", async () => {
    expect(errorOf(await run("key", "export", "--hex")).code).toBe("E_USAGE");
    const { secretKey, publicKey } = resultOf<{ secretKey: string; publicKey: string }>(
      await run("key", "export", "--hex", "--reveal"),
    );
    expect(resultOf(await run("key", "import", file("clear.txt", secretKey)))).toMatchObject({
      form: "hex",
      publicKey,
    });
  });
});

describe("signatures", () => {
  const key = (hex: string) => ["--key-file", file("signer.txt", hex)];

  test("of a text verify, of another text or by another key do not", async () => {
    const { signature, address } = resultOf<{ signature: string; address: string }>(
      await run("key", "sign", "it is me"),
    );
    const verify = (...args: string[]) => run("key", "verify", ...args, "--signature", signature, "--by", address);
    const good = await verify("it is me");
    expect([good.code, resultOf(good).valid]).toEqual([0, true]);
    const bad = await verify("it is not me");
    expect([bad.code, resultOf(bad).valid]).toEqual([9, false]);
    expect((await box.run(["key", "verify", "it is me", "--signature", `${signature.slice(0, -2)}ff`])).code).toBe(9);
    expect((await box.run(["key", "verify", "it is me", "--signature", signature.slice(0, -2)])).code).toBe(9);
  });

  test("of stdin are those of its bytes", async () => {
    const { digest } = resultOf(await box.run(["key", "sign", "-", "--json"], { stdin: "it is me" }));
    expect(resultOf(await run("key", "sign", "it is me")).digest).toBe(digest);
    expect(errorOf(await run("key", "sign")).code).toBe("E_USAGE");
    expect(errorOf(await run("key", "sign", "a", "--file", "b")).code).toBe("E_USAGE");
  });

  test.each(vectors.typedData.filter(({ error }) => error === null))(
    "of typed data are the recorded ones (%#)",
    async (vector) => {
      const document = file("typed.json", JSON.stringify(vector.typedData));
      const args = ["--kind", "typed-data", "--file", document, "--chain-id", String(vector.chainId)];
      expect(resultOf(await run("key", "sign", ...args, ...key(vector.privateKey)))).toMatchObject({
        signature: vector.signature,
      });
      expect(resultOf(await run("key", "verify", ...args, "--signature", vector.signature))).toMatchObject({
        address: vector.address,
      });
    },
  );

  test.each(vectors.eip155)("of transactions are the recorded ones (%#)", async (vector) => {
    const { nonce, gasPrice, gasLimit, to, value, data, chainId } = vector;
    const stdin = JSON.stringify({ nonce, gasPrice, gasLimit, to, value, data, chainId });
    const signed = await box.run(["key", "sign", "-", "--kind", "transaction", "--json", ...key(vector.privateKey)], {
      stdin,
    });
    expect(resultOf(signed)).toMatchObject({ transaction: { raw: vector.raw, hash: vector.hash } });
    expect(resultOf(await run("key", "verify", vector.raw, "--kind", "transaction"))).toMatchObject({
      valid: true,
      address: vector.from,
    });
  });
});

describe("peers", () => {
  const ID =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
  const OTHER =
    "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee51ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a";

  test("come, are replaced, and go", async () => {
    expect(resultOf(await run("peer", "list")).peers).toEqual([]);
    const first = `enode://${ID}@10.0.0.1:30303`;
    expect(resultOf(await run("peer", "add", first, "--alias", "home"))).toMatchObject({
      peer: { enode: first },
      replaced: null,
    });
    const moved = `enode://${ID}@10.0.0.2:30303`;
    expect(resultOf(await run("peer", "add", moved, "--alias", "home"))).toMatchObject({ replaced: { enode: first } });
    const taken = await run("peer", "add", `enode://${OTHER}@10.0.0.3:1`, "--alias", "home");
    expect(errorOf(taken)).toMatchObject({ code: "E_REFUSED" });
    expect((await box.run(["peer", "list", "--fields", "peers.alias,peers.enode"])).stdout).toBe(`home\t${moved}\n`);
    expect(errorOf(await run("peer", "remove", "hme"))).toMatchObject({
      code: "E_NOT_FOUND",
      hint: expect.stringContaining("home"),
    });
    expect(resultOf(await run("peer", "remove", `0x${ID}`))).toMatchObject({ peer: { alias: "home" } });
    expect(resultOf(await run("peer", "list")).peers).toEqual([]);
  });

  test("must be nodes", async () => {
    expect(errorOf(await run("peer", "add", "enode://00@x:1")).code).toBe("E_USAGE");
  });
});
