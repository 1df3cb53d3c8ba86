package dev.stillgate.proxy.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PEM file (RFC 7468).
 *
 * @param path the file
 * @param text its content, decoded as ISO 8859-1; non-ASCII characters are allowed outside the blocks only
 */
public record PemFile(Path path, String text) {
    private static final long LARGEST = 1 << 20;
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

    /** An encapsulated block: its label and its decoded content. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Block(String label, byte[] content) {}

    /**
     * Reads a file.
     *
     * @throws IOException whose message names the file and the reason
     */
    public static PemFile read(Path file) throws IOException {
        try {
            if (Files.isDirectory(file)) {
                throw new IOException(file + " is a directory: expected a file");
            }
            if (Files.size(file) > LARGEST) {
                throw new IOException(file + " is larger than " + LARGEST + " bytes");
            }
            if (!Files.isRegularFile(file)) {
                throw new IOException(file + " is not a regular file");
            }
            return new PemFile(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException(file + " cannot be read: " + FileFault.reason(e), e);
        }
    }

    /**
     * Parses the certificates in file order.
     *
     * @return at least one certificate
     * @throws IOException if there is none, or if one is malformed
     */
    public List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks()) {
                if (block.label().endsWith("CERTIFICATE")
                        && factory.generateCertificate(new ByteArrayInputStream(block.content()))
                                instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (CertificateException e) {
            throw new IOException(path + " contains a malformed certificate: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(path + " contains no certificate: expected -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    /** Returns the blocks in file order. */
    List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            blocks.add(new Block(block.group(1), decoded(block.group(1), block.group(2))));
        }
        return blocks;
    }

    private byte[] decoded(String label, String body) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " contains a malformed " + label + ": " + e.getMessage(), e);
        }
    }
}
