/** Why a graph cannot be read, or cannot be changed as asked: it says what stands in the way. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
