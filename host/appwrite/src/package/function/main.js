// A component of Whisper as a function on Appwrite. `whisper package appwrite` writes this folder anew each time.

let serving;

/** Loads the rest at the first call: the runtime loads this file by `require`, which waits for nothing. */
export default async (context) => {
  serving ??= import("./serve.js");
  try {
    return await (await serving).serve(context);
  } catch (error) {
    serving = undefined;
    throw error;
  }
};
