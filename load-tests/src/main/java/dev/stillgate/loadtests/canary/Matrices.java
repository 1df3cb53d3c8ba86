package dev.stillgate.loadtests.canary;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;

/** Matrix products by BLAS on row-major arrays; each is added to the output. */
final class Matrices {
    private static final BLAS LIBRARY = JavaBLAS.getInstance();

    private Matrices() {}

    /**
     * Adds {@code a} (rows x middle) times {@code b} (middle x columns) to a matrix with {@code stride} elements per
     * row.
     */
    static void times(float[] sum, int stride, float[] a, float[] b, int rows, int middle, int columns) {
        LIBRARY.sgemm("N", "N", columns, rows, middle, 1, b, columns, a, middle, 1, sum, stride);
    }

    /** Adds {@code a} (rows x middle) times the transpose of {@code b} (columns x middle). */
    static void timesTransposed(float[] sum, float[] a, float[] b, int rows, int middle, int columns) {
        LIBRARY.sgemm("T", "N", columns, rows, middle, 1, b, middle, a, middle, 1, sum, columns);
    }

    /** Adds the transpose of {@code a} (middle x rows) times {@code b} (middle x columns). */
    static void transposedTimes(float[] sum, float[] a, float[] b, int rows, int middle, int columns) {
        LIBRARY.sgemm("N", "T", columns, rows, middle, 1, b, columns, a, rows, 1, sum, columns);
    }
}
