package dev.stillgate.spi;

/**
 * A size in bytes; in YAML {@code 512}, {@code 64KiB}, {@code 32MiB} or {@code 2GiB}.
 *
 * @param bytes the size, at least 0
 */
public record ByteSize(long bytes) {
    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative size: " + bytes);
        }
    }
}
