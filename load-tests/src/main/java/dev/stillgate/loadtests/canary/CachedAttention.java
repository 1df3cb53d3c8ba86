package dev.stillgate.loadtests.canary;

/**
 * Attention of the newest token of each sequence to itself and to the tokens before it, whose keys and values are kept.
 * Each call continues all sequences by a token. Not thread-safe.
 */
final class CachedAttention implements Attention {
    private final int heads;
    private final int length;
    /** Keys and values of the last tokens of each sequence; the oldest is overwritten. */
    private final Matrix kept;

    private final float[] scores;
    private int step;

    /** @param length number of tokens that are attended to */
    CachedAttention(int heads, int length, int sequences, int width) {
        this.heads = heads;
        this.length = length;
        kept = Matrix.zeros(sequences * length, 2 * width);
        scores = new float[length];
    }

    @Override
    public void forward(Matrix projected, Matrix output) {
        int all = output.columns;
        for (int i = 0; i < output.rows; i++) {
            int newest = kept.row(i * length + step % length);
            System.arraycopy(projected.data, projected.row(i) + all, kept.data, newest, 2 * all);
            for (int head = 0; head < heads; head++) {
                attend(projected, output, i, head);
            }
        }
        step++;
    }

    private void attend(Matrix projected, Matrix output, int sequence, int head) {
        int all = output.columns;
        int width = all / heads;
        int query = projected.row(sequence) + head * width;
        int count = Math.min(step + 1, length);
        for (int back = 0; back < count; back++) {
            int key = row(sequence, back) + head * width;
            float product = 0;
            for (int c = 0; c < width; c++) {
                product += projected.data[query + c] * kept.data[key + c];
            }
            scores[back] = product * Attention.scale(width) - Attention.slope(head, heads) * back;
        }
        Attention.softmax(scores, 0, count);
        int to = output.row(sequence) + head * width;
        for (int back = 0; back < count; back++) {
            int value = row(sequence, back) + all + head * width;
            for (int c = 0; c < width; c++) {
                output.data[to + c] += scores[back] * kept.data[value + c];
            }
        }
    }

    private int row(int sequence, int back) {
        return kept.row(sequence * length + (step - back) % length);
    }
}
