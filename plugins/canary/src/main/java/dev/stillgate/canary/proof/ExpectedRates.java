package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.ClassSheet;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of a text that knows no key, in logits: the rate of each class and how its cells differ from it. From the
 * table alone, or moved towards reference answers. References must know nothing of the key (answers of the same model family
 * from before the marked text was served, or of other makers); of the suspect nothing enters here.
 */
final class ExpectedRates {
    private static final double LOWEST = 0.01;
    /** How many sites of a reference the table's rate of a class is worth, and that of a cell within its class. */
    private static final double CLASS_PRIOR = 8;

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

    /** Returns the rates of the table, moved towards a reference's where there is one. */
    static ExpectedRates of(ClassSheet sheet, @Nullable SiteCounts reference) {
        ExpectedRates rates = new ExpectedRates(sheet);
        for (int k = 0; reference != null && k < rates.logit.length; k++) {
            rates.move(k, reference);
        }
        return rates;
    }

    private void move(int k, SiteCounts reference) {
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
     * Returns by how many logits a text's class differs from what is expected of it, drawn towards 0: the most probable shift
     * of all its cells, when shifts have a normal distribution of the given spread. Newton's method on a concave function.
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

    /** Returns what is expected of a class's rate, in logits, when its cells are as frequent as in this text. */
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

    /** Returns the variance of what is expected of a class, in square logits, because its reference is short. */
    double variance(int k) {
        return variance[k];
    }

    /** Returns the variance of what is expected of a cell, likewise. */
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
