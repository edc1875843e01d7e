/** The flags by which commands are told of a key that is not the profile's. */
import { Flags } from "@oclif/core";

export const KEY_FILE_FLAGS = {
  "key-file": Flags.string({ helpValue: "FILE|-", summary: "file with a key: hex, xprv, or a key file of version 3" }),
  "key-password-file": Flags.string({
    helpValue: "FILE",
    dependsOn: ["key-file"],
    summary: "file with the password of the key file",
  }),
};
