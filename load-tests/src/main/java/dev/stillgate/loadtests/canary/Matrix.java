package dev.stillgate.loadtests.canary;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.util.Arrays;

/** Row-major matrix of floats in an array, possibly part of a larger matrix. Products are those of BLAS. */
final class Matrix {
    private static final BLAS LIBRARY = JavaBLAS.getInstance();

    final float[] data;
    final int offset;
    final int rows;
    final int columns;
    /** Number of elements from one row to the next. */
    final int stride;

    private Matrix(float[] data, int offset, int rows, int columns, int stride) {
        this.data = data;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /** Returns a matrix of zeros, with a spare row, because BLAS refuses arrays that end with the last row of a part. */
    static Matrix zeros(int rows, int columns) {
        return of(new float[(rows + 1) * columns], 0, rows, columns);
    }

    /** Returns the matrix whose rows are one after another in an array. */
    static Matrix of(float[] data, int offset, int rows, int columns) {
        return new Matrix(data, offset, rows, columns, columns);
    }

    /** Returns a part that shares the elements. */
    Matrix part(int fromRow, int count, int fromColumn, int width) {
        return new Matrix(data, row(fromRow) + fromColumn, count, width, stride);
    }

    /** Returns the first rows, which share the elements. */
    Matrix top(int count) {
        return part(0, count, 0, columns);
    }

    /** Returns the index of a row's first element in {@link #data}. */
    int row(int row) {
        return offset + row * stride;
    }

    /** Sets all elements to 0 and returns this matrix. */
    Matrix clear() {
        for (int i = 0; i < rows; i++) {
            Arrays.fill(data, row(i), row(i) + columns, 0);
        }
        return this;
    }

    /** Adds {@code a} times {@code b}. */
    void addProduct(Matrix a, Matrix b) {
        gemm("N", "N", a, b, a.columns);
    }

    /** Adds {@code a} times the transpose of {@code b}. */
    void addProductTransposed(Matrix a, Matrix b) {
        gemm("T", "N", a, b, a.columns);
    }

    /** Adds the transpose of {@code a} times {@code b}. */
    void addTransposedProduct(Matrix a, Matrix b) {
        gemm("N", "T", a, b, a.rows);
    }

    /** BLAS stores columns one after another, so it computes the transposed product of the transposed factors. */
    private void gemm(String transposeB, String transposeA, Matrix a, Matrix b, int middle) {
        LIBRARY.sgemm(
                transposeB,
                transposeA,
                columns,
                rows,
                middle,
                1,
                b.data,
                b.offset,
                b.stride,
                a.data,
                a.offset,
                a.stride,
                1,
                data,
                offset,
                stride);
    }
}
