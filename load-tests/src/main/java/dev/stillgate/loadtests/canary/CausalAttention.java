package dev.stillgate.loadtests.canary;

import java.util.Arrays;

/**
 * Attention of each token of a sequence to itself and to earlier ones, with its gradient. Rows are sequences of equal
 * length, one after another. Not thread-safe.
 */
final class CausalAttention implements Attention {
    private final int heads;
    private final int length;
    private final int sequences;
    /** A square of probabilities for each sequence and head. */
    private final Matrix probabilities;

    private final Matrix scores;

    CausalAttention(int heads, int length, int sequences) {
        this.heads = heads;
        this.length = length;
        this.sequences = sequences;
        probabilities = Matrix.zeros(sequences * heads * length, length);
        scores = Matrix.zeros(length, length);
    }

    @Override
    public void forward(Matrix projected, Matrix output) {
        int all = output.columns;
        int width = all / heads;
        for (int i = 0; i < sequences * heads; i++) {
            int head = i % heads;
            Matrix square = square(i).clear();
            square.addProductTransposed(part(projected, i, 0, width), part(projected, i, all, width));
            for (int t = 0; t < length; t++) {
                int row = square.row(t);
                for (int s = 0; s <= t; s++) {
                    square.data[row + s] =
                            square.data[row + s] * Attention.scale(width) - Attention.slope(head, heads) * (t - s);
                }
                Attention.softmax(square.data, row, t + 1);
                Arrays.fill(square.data, row + t + 1, row + length, 0);
            }
            part(output, i, 0, width).addProduct(square, part(projected, i, 2 * all, width));
        }
    }

    /** Adds the gradient of the projections, given that of the output. */
    void backward(Matrix projected, Matrix outputGradient, Matrix gradient) {
        int all = outputGradient.columns;
        int width = all / heads;
        float scale = Attention.scale(width);
        for (int i = 0; i < sequences * heads; i++) {
            Matrix square = square(i);
            Matrix above = part(outputGradient, i, 0, width);
            scores.clear().addProductTransposed(above, part(projected, i, 2 * all, width));
            part(gradient, i, 2 * all, width).addTransposedProduct(square, above);
            for (int t = 0; t < length; t++) {
                int row = scores.row(t);
                int from = square.row(t);
                float mean = 0;
                for (int s = 0; s < length; s++) {
                    mean += scores.data[row + s] * square.data[from + s];
                }
                for (int s = 0; s < length; s++) {
                    scores.data[row + s] = square.data[from + s] * (scores.data[row + s] - mean) * scale;
                }
            }
            part(gradient, i, 0, width).addProduct(scores, part(projected, i, all, width));
            part(gradient, i, all, width).addTransposedProduct(scores, part(projected, i, 0, width));
        }
    }

    private Matrix square(int number) {
        return probabilities.part(number * length, length, 0, length);
    }

    /**
     * Returns the columns of a head in the rows of a sequence.
     *
     * @param first the first column of the queries, keys, values or outputs
     */
    private Matrix part(Matrix all, int number, int first, int width) {
        return all.part(number / heads * length, length, first + number % heads * width, width);
    }
}
