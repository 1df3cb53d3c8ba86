package dev.stillgate.proxy.backtest;

/**
 * The result of one replayed request.
 *
 * @param text the output tokens that it asked for
 * @param refusedForStanding whether it was refused because of the account's standing
 */
record ReplayedText(TextVolume text, boolean refusedForStanding) {}
