/** How the commands of the audit trail end: with what they say, or with what is wrong and exit code 1. */
export async function report(said: Promise<string>): Promise<void> {
  try {
    console.log(await said);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
