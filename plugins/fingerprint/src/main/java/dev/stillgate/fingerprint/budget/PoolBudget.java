package dev.stillgate.fingerprint.budget;

/**
 * Budget of a pool from the data of one tier.
 *
 * @param days number of days behind it; a decayed count
 * @param requests requests a day, 0 while there are too few days
 */
public record PoolBudget(long days, long requests) {}
