/** Brings requests of a binary protocol to a server, where the network's own connections do not: in the simulation. */
export interface Network {
  /**
   * Sends a request, header and body without their length, and gives what answers it behind its correlation id. Rejects as a connection does: a request that was
   * sent may have been done.
   */
  exchange(host: string, port: number, request: Uint8Array): Promise<Uint8Array>;
}
