package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.Batch;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchReaderTest {
    private static final String TYPE = "multipart/form-data; boundary=b0und";
    private static final String LINE_1 =
            "{\"custom_id\":\"1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m1\",\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]}}";
    private static final String LINE_2 =
            "{\"custom_id\":\"2\",\"method\":\"POST\",\"url\":\"/v1/responses\",\"body\":{\"model\":\"m2\",\"input\":\"two\"}}";

    private final RequestReader reader = new RequestReader();

    private BodyView upload(String contentType, String body) throws MalformedBody {
        byte[] bytes = ("--" + body + "--").getBytes(StandardCharsets.UTF_8);
        return reader.read(Operation.FILE_UPLOAD, contentType, bytes, 2, bytes.length - 4);
    }

    private static String field(String name, String value) {
        return "--b0und\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String content) {
        return "--b0und\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.jsonl\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
    }

    private static final String CLOSE = "--b0und--\r\n";

    @Test
    void messageBatchIsRead() throws MalformedBody {
        byte[] body = """
                {"requests":[{"custom_id":"a","params":{"model":"m1","max_tokens":5,"messages":[{"role":"user","content":"x"}]}},
                 {"params":{"model":"m2"},"custom_id":"b"}]}""".getBytes(StandardCharsets.UTF_8);
        Batch batch = (Batch) reader.read(Operation.MESSAGE_BATCH, null, body, 0, body.length);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.item(1).model()).isEqualTo("m2");
        assertThat(batch.item(0).maxTokens()).isEqualTo(5);
        assertThat(batch.item(0).messageCount()).isEqualTo(1);
        assertThat(batch.item(0).bytes()).isEqualTo(72);
        assertThatThrownBy(() -> batch.item(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batch.item(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"requests\":{}}",
                "{\"requests\":[7]}",
                "{\"requests\":[{}]}",
                "{\"requests\":[{\"params\":[]}]}"
            })
    void invalidMessageBatchIsMalformed(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> reader.read(Operation.MESSAGE_BATCH, null, body, 0, body.length))
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.code()).isEqualTo("batch"));
    }

    @Test
    void uploadedBatchIsRead() throws MalformedBody {
        String form = field("purpose", "batch") + file(LINE_1 + "\r\n" + LINE_2 + "\n\n" + LINE_1) + CLOSE;
        Batch batch = (Batch) upload(TYPE, form);
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.item(2).model()).isEqualTo("m1");
        assertThat(batch.item(1).model()).isEqualTo("m2");
        assertThat(batch.item(1).messageCount()).isEqualTo(1);
        assertThat(batch.item(0).provider()).isEqualTo(Provider.OPENAI);
        assertThatThrownBy(() -> batch.item(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void quotedBoundaryAndPartsInAnyOrderAreAccepted() throws MalformedBody {
        String form = file(LINE_1) + field("expires_after[seconds]", "3600") + field("purpose", "batch") + "--b0und--";
        assertThat(upload("Multipart/Form-Data; boundary=\"b0und\"", form)).isInstanceOf(Batch.class);
    }

    @Test
    void filesForOtherPurposesAreOpaque() throws MalformedBody {
        assertThat(upload(TYPE, field("purpose", "assistants") + file("{{") + CLOSE))
                .isInstanceOf(BodyView.Opaque.class);
        assertThat(upload(TYPE, file("\0\1") + CLOSE)).isInstanceOf(BodyView.Opaque.class);
    }

    @Test
    void purposeOfFineTuningIsAccepted() throws MalformedBody {
        assertThat(upload(TYPE, field("purpose", "fine-tune") + file("{}") + CLOSE))
                .isInstanceOf(BodyView.Opaque.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "batch\r\n", " batch", "Batch", "batch\0", "b,atch", "batch batch"})
    void purposeMustBePlainWord(String purpose) {
        refuses("multipart", TYPE, field("purpose", purpose) + file(LINE_1) + CLOSE);
    }

    @Test
    void ambiguousFormsAreMalformed() {
        String purpose = field("purpose", "batch");
        String file = file(LINE_1);
        refuses("multipart", TYPE, "");
        refuses("multipart", TYPE, purpose + file);
        refuses("multipart", TYPE, purpose + file + "--b0und");
        refuses("multipart", TYPE, purpose + file + "--b0und-");
        refuses("multipart", TYPE, purpose + file + CLOSE + "epilogue");
        refuses("multipart", TYPE, purpose + file + CLOSE + "\r\n");
        refuses("multipart", TYPE, "preamble\r\n" + purpose + file + CLOSE);
        refuses("multipart", TYPE, "\r\n" + purpose + file + CLOSE);
        refuses("multipart", TYPE, purpose + purpose + file + CLOSE);
        refuses("multipart", TYPE, purpose + field("purpose", "assistants") + file + CLOSE);
        refuses("multipart", TYPE, purpose + file + file + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("name=\"file\"", "name=\"other\"") + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("; filename=\"b.jsonl\"", "") + CLOSE);
        refuses(
                "multipart",
                TYPE,
                purpose.replace("name=\"purpose\"", "name=\"purpose\"; filename=\"p\"") + file + CLOSE);
        refuses("multipart", TYPE, purpose.replace("name=\"purpose\"", "name=\"x\"; name=\"purpose\"") + file + CLOSE);
        refuses("multipart", TYPE, purpose.replace("\"purpose\"", "\"pur\\pose\"") + file + CLOSE);
        refuses("multipart", TYPE, purpose.replace("form-data", "attachment") + file + CLOSE);
        refuses(
                "multipart",
                TYPE,
                purpose.replace("\r\n\r\n", "\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n") + file + CLOSE);
        refuses(
                "multipart",
                TYPE,
                purpose + file.replace("Content-Type", "Content-Transfer-Encoding: base64\r\nContent-Type") + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("Content-Type", "X-Other: 1\r\nContent-Type") + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("Content-Type", " folded\r\nContent-Type") + CLOSE);
        refuses("multipart", TYPE, (purpose + file + CLOSE).replace("\r\n", "\n"));
        refuses("multipart", TYPE, purpose + file.replace("one", "one\n--b0und\n") + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("one", "--b0und") + CLOSE);
        refuses("multipart", TYPE, purpose + file.replace("one", "one\r\n--b0undary\r\n") + CLOSE);
        refuses("multipart", TYPE, purpose.replace("batch\r\n", "") + file + CLOSE);
        refuses("multipart", TYPE, purpose + CLOSE);
        refuses("multipart", TYPE, field("a", "1") + "x" + CLOSE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "multipart/form-data",
                "multipart/mixed; boundary=b0und",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"\"",
                "multipart/form-data; boundary=b0und; boundary=x",
                "multipart/form-data; boundary=b0und; charset=utf-8",
                "multipart/form-data; boundary*=b0und",
                "multipart/form-data; boundary=\"b 0und\"",
                "multipart/form-data, multipart/form-data; boundary=b0und"
            })
    void uploadMustBeFormWithPlainBoundary(String contentType) {
        refuses("content-type", contentType, field("purpose", "batch") + file(LINE_1) + CLOSE);
    }

    @Test
    void invalidLinesAreMalformed() {
        refuses("json-syntax", TYPE, field("purpose", "batch") + file(LINE_1 + "\n{") + CLOSE);
        refuses("json-duplicate-key", TYPE, field("purpose", "batch") + file("{\"body\":{},\"body\":{}}") + CLOSE);
        refuses("json-syntax", TYPE, field("purpose", "batch") + file("\ufeff" + LINE_1) + CLOSE);
        refuses("batch", TYPE, field("purpose", "batch") + file("\n\n") + CLOSE);
        refuses("batch", TYPE, field("purpose", "batch") + file("[]") + CLOSE);
        refuses("batch", TYPE, field("purpose", "batch") + file("{\"url\":\"/v1/responses\"}") + CLOSE);
        refuses("batch-url", TYPE, field("purpose", "batch") + file(LINE_1.replace("/v1/chat/", "/v1/")) + CLOSE);
        refuses("batch-url", TYPE, field("purpose", "batch") + file("{\"body\":{}}") + CLOSE);
    }

    @Test
    void errorHasOffsetInBody() {
        String before =
                field("purpose", "batch") + file("@").substring(0, file("@").indexOf('@'));
        assertThatThrownBy(() -> upload(TYPE, before + LINE_1 + "\n{\"a\":x}\r\n" + CLOSE))
                .isInstanceOfSatisfying(
                        MalformedBody.class,
                        e -> assertThat(e.offset()).isEqualTo(before.length() + LINE_1.length() + 1 + 5));
    }

    @Test
    void mutatedUploadsAreReadOrMalformed() {
        Random random = new Random(11);
        byte[] seed =
                (field("purpose", "batch") + file(LINE_1 + "\n" + LINE_2) + CLOSE).getBytes(StandardCharsets.UTF_8);
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] body = Mutations.mutate(seed, random);
            try {
                if (reader.read(Operation.FILE_UPLOAD, TYPE, body, 0, body.length) instanceof Batch batch) {
                    read++;
                    for (int i = 0; i < batch.size(); i++) {
                        batch.item(i).parts((message, role, kind, id, text) -> text.length() >= 0);
                    }
                }
            } catch (MalformedBody e) {
                assertThat(e.code()).isNotEmpty();
            }
        }
        assertThat(read).isGreaterThan(200);
    }

    private void refuses(String code, String contentType, String body) {
        assertThatThrownBy(() -> upload(contentType, body))
                .as(body)
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
