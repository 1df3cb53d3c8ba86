package dev.stillgate.proxy.backtest;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plain-text rows of fixed column widths: the first column is aligned left, all others right. */
final class TextTable {
    /** The width of a column of names. */
    static final int NAME = 36;

    private static final int RUNG = 18;

    private final StringBuilder out;
    private final int[] widths;

    /**
     * Creates a table.
     *
     * @param out receives the rows
     * @param widths the least width of each column, in characters
     */
    TextTable(StringBuilder out, int... widths) {
        this.out = out;
        this.widths = widths.clone();
    }

    /** Creates a table of accounts by standing, with its head: one column for each standing above clear. */
    static TextTable byRung(StringBuilder out, String name) {
        int[] widths = new int[1 + RungFigures.RUNGS.size()];
        Arrays.fill(widths, RUNG);
        widths[0] = NAME;
        TextTable table = new TextTable(out, widths);
        table.row(name, RungFigures.RUNGS.stream().map(rung -> rung.name().toLowerCase(Locale.ROOT)));
        return table;
    }

    void row(String name, Stream<String> cells) {
        row(Stream.concat(Stream.of(name), cells).toArray());
    }

    void row(Object... cells) {
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i].toString();
            String pad = " ".repeat(Math.max(0, widths[i] - cell.length()));
            out.append(i == 0 ? cell + pad : ' ' + pad + cell);
        }
        out.append('\n');
    }

    /** Returns a share in percent, {@code -} for NaN. */
    static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    /** Returns hours with one decimal, {@code -} for null. */
    static String hours(@Nullable Double hours) {
        return hours == null ? "-" : String.format(Locale.ROOT, "%.1f", hours);
    }

    /** Returns a count with separators of thousands. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
