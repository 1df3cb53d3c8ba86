package dev.stillgate.loadtests.canary;

import dev.stillgate.loadtests.canary.Parameters.Weights;

/**
 * Layer of a transformer: attention, then two linear maps with a rectifier between them. Each is applied to the
 * normalised rows and added to the rows. Not thread-safe.
 */
final class TransformerLayer {
    private static final int INNER = 4;

    private final Weights projection;
    private final Weights attended;
    private final Weights up;
    private final Weights down;
    private final RootMeanSquare beforeAttention;
    private final RootMeanSquare beforeInner;
    private final Matrix projected;
    private final Matrix output;
    private final Matrix inner;
    private final Matrix projectedGradient;
    private final Matrix innerGradient;
    private final Matrix gradient;

    /**
     * Creates a layer with random weights.
     *
     * @param rows most tokens at a time
     * @param layers number of layers of the transformer
     */
    TransformerLayer(Parameters parameters, int width, int rows, int layers) {
        double spread = 1 / Math.sqrt(width);
        double added = spread / Math.sqrt(2.0 * layers);
        projection = parameters.next(width, 3 * width, spread);
        attended = parameters.next(width, width, added);
        up = parameters.next(width, INNER * width, spread);
        down = parameters.next(INNER * width, width, added / Math.sqrt(INNER));
        beforeAttention = new RootMeanSquare(rows, width);
        beforeInner = new RootMeanSquare(rows, width);
        projected = Matrix.zeros(rows, 3 * width);
        output = Matrix.zeros(rows, width);
        inner = Matrix.zeros(rows, INNER * width);
        projectedGradient = Matrix.zeros(rows, 3 * width);
        innerGradient = Matrix.zeros(rows, INNER * width);
        gradient = Matrix.zeros(rows, width);
    }

    /** Returns the number of weights of a layer. */
    static int size(int width) {
        return (4 + 2 * INNER) * width * width;
    }

    /** Adds the layer's output to rows of tokens. */
    void forward(Matrix rows, Attention attention) {
        Matrix queries = projected.top(rows.rows).clear();
        queries.addProduct(beforeAttention.forward(rows), projection.value());
        Matrix mixed = output.top(rows.rows).clear();
        attention.forward(queries, mixed);
        rows.addProduct(mixed, attended.value());
        Matrix active = inner.top(rows.rows).clear();
        active.addProduct(beforeInner.forward(rows), up.value());
        for (int i = 0; i < active.rows * active.columns; i++) {
            active.data[i] = Math.max(0, active.data[i]);
        }
        rows.addProduct(active, down.value());
    }

    /**
     * Adds to the gradients of the weights, and turns the gradient of the output into that of the input, for the rows
     * of the last {@link #forward}.
     */
    void backward(Matrix above, CausalAttention attention) {
        Matrix active = innerGradient.top(above.rows).clear();
        active.addProductTransposed(above, down.value());
        down.gradient().addTransposedProduct(inner.top(above.rows), above);
        for (int i = 0; i < active.rows * active.columns; i++) {
            active.data[i] = inner.data[i] > 0 ? active.data[i] : 0;
        }
        up.gradient().addTransposedProduct(beforeInner.output(above.rows), active);
        Matrix normal = gradient.top(above.rows).clear();
        normal.addProductTransposed(active, up.value());
        beforeInner.backward(normal, above);

        attended.gradient().addTransposedProduct(output.top(above.rows), above);
        Matrix mixed = gradient.top(above.rows).clear();
        mixed.addProductTransposed(above, attended.value());
        Matrix queries = projectedGradient.top(above.rows).clear();
        attention.backward(projected, mixed, queries);
        projection.gradient().addTransposedProduct(beforeAttention.output(above.rows), queries);
        normal = gradient.top(above.rows).clear();
        normal.addProductTransposed(queries, projection.value());
        beforeAttention.backward(normal, above);
    }
}
