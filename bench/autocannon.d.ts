/** The few members of autocannon 9 that the bench uses (the package ships no types). */
declare module 'autocannon' {
  interface Result {
    duration: number;
    errors: number;
    timeouts: number;
    non2xx: number;
    '2xx': number;
  }
  interface Instance extends Promise<Result> {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
    ): this;
  }
  function autocannon(options: Record<string, unknown>): Instance;
  export default autocannon;
}
