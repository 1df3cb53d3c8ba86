package dev.stillgate.loadtests.canary;

import dev.stillgate.loadtests.canary.Parameters.Weights;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Decoder-only transformer (A. Vaswani and others, 2017; A. Radford and others, 2018), with one matrix for the
 * embeddings and the scores of tokens. Not thread-safe.
 */
final class Transformer {
    private static final double EMBEDDING_SPREAD = 0.04;

    /**
     * Sizes of a transformer.
     *
     * @param tokens number of known tokens
     * @param width numbers per token, divisible by the number of heads
     * @param context tokens that one token attends to, itself included
     * @param sequences sequences of a batch
     */
    record Shape(int tokens, int layers, int width, int heads, int context, int sequences) {
        private int rows() {
            return context * sequences;
        }
    }

    final Parameters parameters;
    private final Shape shape;
    private final Weights embedding;
    private final List<TransformerLayer> layers;
    private final List<CausalAttention> attentions;
    private final RootMeanSquare last;
    private final Matrix rows;
    private final Matrix gradient;
    private final Matrix normalGradient;
    private final Matrix scores;

    /** Creates a transformer with random weights. */
    Transformer(Shape shape, long seed) {
        this.shape = shape;
        int width = shape.width;
        parameters = new Parameters(shape.tokens * width + shape.layers * TransformerLayer.size(width), seed);
        embedding = parameters.next(shape.tokens, width, EMBEDDING_SPREAD);
        layers = each(() -> new TransformerLayer(parameters, width, shape.rows(), shape.layers));
        attentions = each(() -> new CausalAttention(shape.heads, shape.context, shape.sequences));
        last = new RootMeanSquare(shape.rows(), width);
        rows = Matrix.zeros(shape.rows(), width);
        gradient = Matrix.zeros(shape.rows(), width);
        normalGradient = Matrix.zeros(shape.rows(), width);
        scores = Matrix.zeros(shape.rows(), shape.tokens);
    }

    private <T> List<T> each(Supplier<T> maker) {
        return Stream.generate(maker).limit(shape.layers).toList();
    }

    Shape shape() {
        return shape;
    }

    /** Returns empty caches for the generation of a number of sequences. */
    List<CachedAttention> caches(int sequences) {
        return each(() -> new CachedAttention(shape.heads, shape.context, sequences, shape.width));
    }

    /**
     * Returns the probabilities of the tokens after each of the given ones, a row each; valid until the next call.
     *
     * @param tokens at most as many as a batch has
     * @param attention of each layer
     */
    Matrix probabilities(int[] tokens, List<? extends Attention> attention) {
        Matrix used = rows.top(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(
                    embedding.value().data, embedding.value().row(tokens[i]), used.data, used.row(i), shape.width);
        }
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).forward(used, attention.get(i));
        }
        Matrix probabilities = scores.top(tokens.length).clear();
        probabilities.addProductTransposed(last.forward(used), embedding.value());
        for (int i = 0; i < tokens.length; i++) {
            Attention.softmax(probabilities.data, probabilities.row(i), shape.tokens);
        }
        return probabilities;
    }

    /**
     * Returns the mean negative log-likelihood of the targets, in nats.
     *
     * @param tokens a batch: sequences of the context's length, one after another
     * @param targets the token after each
     */
    double loss(int[] tokens, int[] targets) {
        Matrix probabilities = probabilities(tokens, attentions);
        return IntStream.range(0, targets.length)
                .mapToDouble(i ->
                        -Math.log(Math.max(Float.MIN_NORMAL, probabilities.data[probabilities.row(i) + targets[i]])))
                .average()
                .orElseThrow();
    }

    /** Adds the gradient of the loss of the last batch. */
    void backward(int[] tokens, int[] targets) {
        for (int i = 0; i < targets.length; i++) {
            scores.data[scores.row(i) + targets[i]]--;
        }
        for (int i = 0; i < targets.length * shape.tokens; i++) {
            scores.data[i] /= targets.length;
        }
        normalGradient.clear().addProduct(scores, embedding.value());
        embedding.gradient().addTransposedProduct(scores, last.output(rows.rows));
        last.backward(normalGradient, gradient.clear());
        for (int i = layers.size() - 1; i >= 0; i--) {
            layers.get(i).backward(gradient, attentions.get(i));
        }
        for (int i = 0; i < tokens.length; i++) {
            int to = embedding.gradient().row(tokens[i]);
            for (int c = 0; c < shape.width; c++) {
                embedding.gradient().data[to + c] += gradient.data[gradient.row(i) + c];
            }
        }
    }
}
