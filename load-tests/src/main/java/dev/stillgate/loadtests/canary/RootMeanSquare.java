package dev.stillgate.loadtests.canary;

/** Normalisation of rows by the root of their mean square (B. Zhang, R. Sennrich, 2019), without gains. */
final class RootMeanSquare {
    private static final float LEAST = 1e-5f;

    private final Matrix normal;
    private final float[] factors;

    /** @param rows most rows */
    RootMeanSquare(int rows, int columns) {
        normal = Matrix.zeros(rows, columns);
        factors = new float[rows];
    }

    /** Returns the normalised rows, valid until the next call. */
    Matrix forward(Matrix input) {
        for (int i = 0; i < input.rows; i++) {
            float sum = 0;
            for (int c = 0; c < input.columns; c++) {
                float value = input.data[input.row(i) + c];
                sum += value * value;
            }
            factors[i] = (float) (1 / Math.sqrt(sum / input.columns + LEAST));
            for (int c = 0; c < input.columns; c++) {
                normal.data[normal.row(i) + c] = input.data[input.row(i) + c] * factors[i];
            }
        }
        return output(input.rows);
    }

    /** Returns the rows of the last call. */
    Matrix output(int rows) {
        return normal.top(rows);
    }

    /** Adds the gradient of the input, given that of the output. */
    void backward(Matrix outputGradient, Matrix gradient) {
        for (int i = 0; i < gradient.rows; i++) {
            int from = outputGradient.row(i);
            int row = normal.row(i);
            float mean = 0;
            for (int c = 0; c < gradient.columns; c++) {
                mean += outputGradient.data[from + c] * normal.data[row + c] / gradient.columns;
            }
            for (int c = 0; c < gradient.columns; c++) {
                gradient.data[gradient.row(i) + c] +=
                        factors[i] * (outputGradient.data[from + c] - mean * normal.data[row + c]);
            }
        }
    }
}
