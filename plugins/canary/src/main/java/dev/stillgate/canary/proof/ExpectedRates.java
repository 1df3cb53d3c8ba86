package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.ClassSheet;
import org.jspecify.annotations.Nullable;

/**
 * Expected rates of form 1 in unmarked text, in logits, by class and cell: the table's rates, updated with reference
 * answers if there are any. Reference answers must not be influenced by the key: answers of an earlier model, or of
 * another maker. Independent of the suspect.
 */
final class ExpectedRates {
    private static final double LOWEST = 0.01;
    /** Prior weight, in sites, of the table's rate of a class. */
    private static final double CLASS_PRIOR = 8;

    /** Prior weight, in sites, of a cell's rate within its class. */
    private static final double CELL_PRIOR = 8;

    private final double[] logit;
    private final double[][] offset;
    private final double[] variance;
    private final double[][] cellVariance;

    private ExpectedRates(ClassSheet sheet) {
        logit = new double[sheet.classes()];
        offset = new double[sheet.classes()][];
        variance = new double[sheet.classes()];
        cellVariance = new double[sheet.classes()][];
        for (int k = 0; k < logit.length; k++) {
            double rate = clamped(sheet.rate(k));
            logit[k] = logit(rate);
            offset[k] = new double[sheet.buckets(k)];
            cellVariance[k] = new double[sheet.buckets(k)];
            for (int b = 0; b < offset[k].length; b++) {
                offset[k][b] = logit(clamped(rate + sheet.offset(k, b))) - logit[k];
            }
        }
    }

    /** Returns the table's rates, updated with a reference if there is one. */
    static ExpectedRates of(ClassSheet sheet, @Nullable SiteCounts reference) {
        ExpectedRates rates = new ExpectedRates(sheet);
        for (int k = 0; reference != null && k < rates.logit.length; k++) {
            rates.update(k, reference);
        }
        return rates;
    }

    private void update(int k, SiteCounts reference) {
        double shift = shift(k, reference, 1);
        int sites = reference.sites(k);
        double moved = logit[k] + shift;
        for (int b = 0; b < offset[k].length; b++) {
            double prior = clamped(sigmoid(moved + offset[k][b]));
            double weight = reference.sites(k, b) + CELL_PRIOR;
            double rate = clamped((reference.ones(k, b) + CELL_PRIOR * prior) / weight);
            offset[k][b] = logit(rate) - moved;
            cellVariance[k][b] = 1 / (weight * rate * (1 - rate));
        }
        double rate = clamped(sigmoid(moved));
        logit[k] = moved;
        variance[k] = 1 / ((sites + CLASS_PRIOR) * rate * (1 - rate));
    }

    /**
     * Returns the maximum a posteriori shift of a class's rate in a text, in logits, with a normal prior around 0.
     * Newton's method on a concave function.
     *
     * @param spread standard deviation of the prior
     */
    double shift(int k, SiteCounts text, double spread) {
        double shift = 0;
        for (int i = 0; i < 30; i++) {
            double slope = -shift / (spread * spread);
            double bend = 1 / (spread * spread);
            for (int b = 0; b < offset[k].length; b++) {
                double p = sigmoid(logit[k] + offset[k][b] + shift);
                slope += text.ones(k, b) - text.sites(k, b) * p;
                bend += text.sites(k, b) * p * (1 - p);
            }
            double step = Math.clamp(slope / bend, -1, 1);
            shift += step;
            if (Math.abs(step) < 1e-9) {
                break;
            }
        }
        return shift;
    }

    /** Returns the expected rate of a class, in logits, for the cell frequencies of a text. */
    double expected(int k, SiteCounts text) {
        double sum = 0;
        for (int b = 0; b < offset[k].length; b++) {
            sum += text.sites(k, b) * sigmoid(cell(k, b));
        }
        return logit(clamped(sum / Math.max(1, text.sites(k))));
    }

    /** Returns the expected rate of a cell, in logits. */
    double cell(int k, int bucket) {
        return logit[k] + offset[k][bucket];
    }

    /** Returns the sampling variance of a class's expected rate, in squared logits. */
    double variance(int k) {
        return variance[k];
    }

    /** Returns the sampling variance of a cell's expected rate, in squared logits. */
    double variance(int k, int bucket) {
        return cellVariance[k][bucket];
    }

    private static double clamped(double rate) {
        return Math.clamp(rate, LOWEST, 1 - LOWEST);
    }

    static double logit(double rate) {
        return Math.log(rate / (1 - rate));
    }

    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }
}
