package dev.stillgate.geo;

import dev.stillgate.spi.Network;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/**
 * Writes MaxMind DB files, sound ones and, where a test says so, broken ones. A later network overrides what an earlier
 * one said of the same addresses. Values that occur again are written as pointers, as the real writers do.
 */
final class MmdbWriter {
    private static final byte[] MARKER = "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);

    private final String type;
    private final int recordBits;
    private final int ipVersion;
    private final Node root = new Node();
    private final DataSection data = new DataSection();
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private int treeNodes;
    private IntBinaryOperator treeRecord;

    /** Bytes to stand in the data section as they are. */
    record Raw(byte[] bytes) {}

    private record Leaf(int offset) {}

    private static final class Node {
        private final Object[] child = new Object[2];
        private int number;
    }

    MmdbWriter(String type, int recordBits, int ipVersion) {
        this.type = type;
        this.recordBits = recordBits;
        this.ipVersion = ipVersion;
    }

    /** A database of both families with records of 28 bits, as the real ones are. */
    MmdbWriter(String type) {
        this(type, 28, 6);
    }

    /** Sets a field of the metadata to something else than is true. */
    MmdbWriter claim(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** Fills the data section up, so that pointers past it are wider. */
    MmdbWriter pad(byte[] bytes) {
        data.write(new Raw(bytes));
        return this;
    }

    /** Says something of a network: a map, or {@link Raw} bytes. */
    MmdbWriter put(String cidr, Object value) {
        return point(cidr, data.write(value));
    }

    /** Lets a network lead to a place of the data section. */
    MmdbWriter point(String cidr, int offset) {
        Network network = Network.parse(cidr);
        int bits = network.v4() && ipVersion == 6 ? 96 + network.prefix() : network.prefix();
        BigInteger address = new BigInteger(1, bytes(network));
        int width = ipVersion == 4 ? 32 : 128;
        Leaf leaf = new Leaf(offset);
        if (bits == 0) {
            root.child[0] = leaf;
            root.child[1] = leaf;
            return this;
        }
        Node node = root;
        for (int i = 0; i < bits - 1; i++) {
            int side = address.testBit(width - 1 - i) ? 1 : 0;
            if (!(node.child[side] instanceof Node)) {
                Node split = new Node();
                split.child[0] = node.child[side];
                split.child[1] = node.child[side];
                node.child[side] = split;
            }
            node = (Node) node.child[side];
        }
        node.child[address.testBit(width - bits) ? 1 : 0] = leaf;
        return this;
    }

    /** Writes this tree instead of the one that the networks make. */
    MmdbWriter tree(int nodes, IntBinaryOperator record) {
        treeNodes = nodes;
        treeRecord = record;
        return this;
    }

    byte[] build() {
        List<Node> nodes = new ArrayList<>();
        number(root, nodes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = treeRecord == null ? nodes.size() : treeNodes;
        for (int i = 0; i < treeNodes; i++) {
            writeNode(out, treeRecord.applyAsInt(i, 0), treeRecord.applyAsInt(i, 1));
        }
        for (Node node : treeRecord == null ? nodes : List.<Node>of()) {
            writeNode(out, target(node.child[0], nodes.size()), target(node.child[1], nodes.size()));
        }
        out.writeBytes(new byte[16]);
        out.writeBytes(data.bytes());
        out.writeBytes(MARKER);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("binary_format_major_version", 2);
        fields.put("binary_format_minor_version", 0);
        fields.put("build_epoch", new BigInteger("1767225600"));
        fields.put("database_type", type);
        fields.put("description", Map.of("en", "a test database"));
        fields.put("ip_version", ipVersion);
        fields.put("languages", List.of("en"));
        fields.put("node_count", (long) count);
        fields.put("record_size", recordBits);
        fields.putAll(metadata);
        DataSection section = new DataSection();
        section.write(fields);
        out.writeBytes(section.bytes());
        return out.toByteArray();
    }

    private static byte[] bytes(Network network) {
        return network.v4()
                ? BigInteger.valueOf(network.low()).toByteArray()
                : BigInteger.valueOf(network.high())
                        .and(DataSection.WORD)
                        .shiftLeft(64)
                        .or(BigInteger.valueOf(network.low()).and(DataSection.WORD))
                        .toByteArray();
    }

    private static void number(Node node, List<Node> nodes) {
        node.number = nodes.size();
        nodes.add(node);
        for (Object child : node.child) {
            if (child instanceof Node next) {
                number(next, nodes);
            }
        }
    }

    private static long target(Object child, int nodes) {
        return switch (child) {
            case Node node -> node.number;
            case Leaf leaf -> nodes + 16L + leaf.offset();
            case null, default -> nodes;
        };
    }

    private void writeNode(ByteArrayOutputStream out, long left, long right) {
        switch (recordBits) {
            case 24 -> {
                DataSection.big(out, left, 3);
                DataSection.big(out, right, 3);
            }
            case 28 -> {
                DataSection.big(out, left & 0xff_ffff, 3);
                out.write((int) ((left >>> 24 << 4) | (right >>> 24)));
                DataSection.big(out, right & 0xff_ffff, 3);
            }
            default -> {
                DataSection.big(out, left, 4);
                DataSection.big(out, right, 4);
            }
        }
    }

    /** A data section under construction. */
    static final class DataSection {
        static final BigInteger WORD = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Map<Object, Integer> written = new HashMap<>();

        byte[] bytes() {
            return out.toByteArray();
        }

        /** Writes a value, unless it is there already; returns where it stands. */
        int write(Object value) {
            Integer before = written.get(value);
            if (before != null) {
                return before;
            }
            int offset = out.size();
            if (value instanceof String || value instanceof Map) {
                written.put(value, offset);
            }
            encode(value);
            return offset;
        }

        private void encode(Object value) {
            switch (value) {
                case Raw raw -> out.writeBytes(raw.bytes());
                case String text -> {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    head(2, bytes.length);
                    out.writeBytes(bytes);
                }
                case Boolean flag -> head(14, flag ? 1 : 0);
                case Double number -> {
                    head(3, 8);
                    big(out, Double.doubleToLongBits(number), 8);
                }
                case Integer number -> unsigned(5, BigInteger.valueOf(number));
                case Long number -> unsigned(6, BigInteger.valueOf(number));
                case BigInteger number -> unsigned(9, number);
                case List<?> list -> {
                    head(11, list.size());
                    list.forEach(this::inline);
                }
                case Map<?, ?> map -> {
                    head(7, map.size());
                    map.forEach((key, one) -> {
                        inline(key);
                        inline(one);
                    });
                }
                default -> throw new IllegalArgumentException("no way to write " + value);
            }
        }

        private void inline(Object value) {
            Integer before = written.get(value);
            if (before != null) {
                pointer(before);
            } else {
                write(value);
            }
        }

        private void pointer(int offset) {
            if (offset < 2048) {
                big(out, 0x2000 | offset, 2);
            } else if (offset < 526_336) {
                big(out, 0x28_0000 | (offset - 2048), 3);
            } else if (offset < 134_744_064) {
                big(out, 0x3000_0000L | (offset - 526_336), 4);
            } else {
                out.write(0x38);
                big(out, offset, 4);
            }
        }

        private void unsigned(int kind, BigInteger number) {
            byte[] bytes = number.toByteArray();
            int zero = bytes[0] == 0 ? 1 : 0;
            head(kind, bytes.length - zero);
            out.write(bytes, zero, bytes.length - zero);
        }

        private void head(int kind, int size) {
            int code = size < 29 ? size : size < 285 ? 29 : size < 65_821 ? 30 : 31;
            out.write((kind > 7 ? 0 : kind << 5) | code);
            if (kind > 7) {
                out.write(kind - 7);
            }
            switch (code) {
                case 29 -> big(out, size - 29, 1);
                case 30 -> big(out, size - 285, 2);
                case 31 -> big(out, size - 65_821, 3);
                default -> {}
            }
        }

        static void big(ByteArrayOutputStream out, long number, int bytes) {
            for (int i = bytes - 1; i >= 0; i--) {
                out.write((int) (number >>> (8 * i)));
            }
        }
    }
}
