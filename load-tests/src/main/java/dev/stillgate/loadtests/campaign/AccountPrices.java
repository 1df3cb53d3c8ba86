package dev.stillgate.loadtests.campaign;

/**
 * Prices that a campaign pays. They are assumptions, not measurements.
 *
 * @param account price of an account, in dollars
 * @param verification additional price of a verified account, in dollars
 */
record AccountPrices(double account, double verification) {
    private static final double MILLION = 1e6;

    /** Returns the price of all accounts of a campaign. */
    double of(GroupTally campaign) {
        return campaign.accounts().size() * account + campaign.verified() * verification;
    }

    /** Returns the price of a million tokens, NaN if there are none. */
    static double perMillion(double price, long tokens) {
        return tokens == 0 ? Double.NaN : price / tokens * MILLION;
    }
}
