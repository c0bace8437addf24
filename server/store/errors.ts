/** The database cannot be had; the message says what to do and holds no secret. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
}
