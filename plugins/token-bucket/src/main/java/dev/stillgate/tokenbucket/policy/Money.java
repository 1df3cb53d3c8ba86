package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;

/** Amounts of money as whole millionths of a currency, so that no amount is rounded twice. */
public final class Money {
    /** The decimals of an amount. */
    static final int DECIMALS = 6;

    private Money() {}

    /** Returns an amount in units of the currency, without trailing zeros. */
    public static String text(long millionths) {
        return BigDecimal.valueOf(millionths, DECIMALS).stripTrailingZeros().toPlainString();
    }
}
