package dev.stillgate.canary.ledger.bundle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.tree.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON encoding of an evidence bundle: leaves and proofs in base64, hashes that people compare in hex. docs/ledger.md
 * lists its members.
 */
public final class EvidenceBundleJson {
    /** The value of the member {@code format}. */
    public static final String FORMAT = "stillgate-evidence/1";

    private final JsonGenerator out;

    private EvidenceBundleJson(JsonGenerator out) {
        this.out = out;
    }

    /** Writes a bundle and a line feed. The stream stays open. */
    public static void write(EvidenceBundle bundle, OutputStream stream) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build();
        try (JsonGenerator out = factory.createGenerator(stream)) {
            out.setPrettyPrinter(new DefaultPrettyPrinter());
            new EvidenceBundleJson(out).bundle(bundle);
            out.writeRaw('\n');
        }
    }

    private void bundle(EvidenceBundle bundle) throws IOException {
        out.writeStartObject();
        out.writeStringField("format", FORMAT);
        out.writeStringField("publicKey", bundle.key().toString());
        out.writeStringField("head", bundle.head().note());
        out.writeArrayFieldStart("earlierHeads");
        for (EvidenceBundle.Earlier earlier : bundle.earlier()) {
            out.writeStartObject();
            out.writeStringField("head", earlier.head().note());
            hashes("consistency", earlier.proof());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeStringField("key", bundle.keyName());
        out.writeArrayFieldStart("commitments");
        for (Map.Entry<Long, Leaf.Commitment> entry : bundle.commitments().entrySet()) {
            commitment(bundle, entry.getKey(), entry.getValue());
        }
        out.writeEndArray();
        out.writeArrayFieldStart("related");
        for (Map.Entry<Long, Leaf.Commitment> entry : bundle.related().entrySet()) {
            related(bundle, entry.getKey(), entry.getValue());
        }
        out.writeEndArray();
        opening("opening", bundle.opening());
        opening("globalOpening", bundle.global());
        opening("secretOpening", bundle.secret());
        out.writeArrayFieldStart("answers");
        bundle.answers((index, answer) -> answer(bundle, index, answer));
        out.writeEndArray();
        out.writeEndObject();
    }

    private void commitment(EvidenceBundle bundle, long index, Leaf.Commitment leaf) throws IOException {
        out.writeStartObject();
        leaf(bundle, index, leaf);
        out.writeStringField("commitment", leaf.commitment().toString());
        out.writeStringField("table", leaf.table().toString());
        long[] counts = bundle.counts(index);
        out.writeNumberField("claimedAnswers", counts[0]);
        out.writeNumberField("claimedSites", counts[1]);
        out.writeEndObject();
    }

    private void related(EvidenceBundle bundle, long index, Leaf.Commitment leaf) throws IOException {
        out.writeStartObject();
        leaf(bundle, index, leaf);
        out.writeStringField("name", leaf.key());
        out.writeStringField("commitment", leaf.commitment().toString());
        out.writeStringField("table", leaf.table().toString());
        out.writeEndObject();
    }

    private void answer(EvidenceBundle bundle, long index, Leaf.Response leaf) throws IOException {
        EvidenceBundle.@Nullable Message message = bundle.message(leaf.message());
        out.writeStartObject();
        leaf(bundle, index, leaf);
        if (message != null) {
            out.writeStringField("message", message.id());
            out.writeStringField("salt", message.salt().toString());
        }
        out.writeNumberField("commitmentIndex", leaf.key());
        out.writeNumberField("sites", leaf.sites());
        out.writeEndObject();
    }

    private void leaf(EvidenceBundle bundle, long index, Leaf leaf) throws IOException {
        out.writeNumberField("index", index);
        out.writeStringField("time", Instant.ofEpochMilli(leaf.millis()).toString());
        out.writeStringField("leaf", Base64.getEncoder().encodeToString(leaf.bytes()));
        hashes("inclusion", bundle.path(index));
    }

    private void opening(String name, EvidenceBundle.@Nullable Opening opening) throws IOException {
        if (opening == null) {
            return;
        }
        out.writeObjectFieldStart(name);
        out.writeNumberField("commitmentIndex", opening.commitment());
        out.writeArrayFieldStart("parts");
        for (byte[] part : opening.parts()) {
            out.writeString(HexFormat.of().formatHex(part));
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void hashes(String name, List<Hash> hashes) throws IOException {
        out.writeArrayFieldStart(name);
        for (Hash hash : hashes) {
            out.writeString(hash.base64());
        }
        out.writeEndArray();
    }
}
