package dev.stillgate.loadtests.campaign.traffic;

/**
 * Bound of the use of accounts. A campaign whose requests are refused sends more by its other accounts, up to a bound,
 * since an account that stands out is the next to be refused. Not thread-safe.
 */
final class Caution {
    private final double mostADay;
    private boolean raised;

    /** @param mostADay most requests of an account a day */
    Caution(double mostADay) {
        this.mostADay = mostADay;
    }

    /** Records that a request of the campaign was refused. */
    void raise() {
        raised = true;
    }

    /** Returns whether an account with a number of requests today may send another one. */
    boolean allows(int today) {
        return !raised || today < mostADay;
    }
}
