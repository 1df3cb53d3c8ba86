package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Responses of OpenAI's embeddings, images, audio and moderations. A text has one token for each four characters; an
 * upload one for each kilobyte. Models named {@code dall-e-*} and {@code whisper-*} report no tokens.
 */
final class InputWriter {
    private static final int IMAGE_TOKENS = 272;
    private static final String PICTURE = "iVBORw0KGgo=";
    private static final List<String> PIECES = List.of("The ", "lamp ", "is ", "lit.");
    private static final String TEXT = String.join("", PIECES);
    private static final float[] VECTOR = {0.25f, -0.5f, 0.125f};

    private final boolean usage;

    /** Creates a writer; {@code usage} tells whether responses report it. */
    InputWriter(boolean usage) {
        this.usage = usage;
    }

    /** Returns one vector for each input, in the requested encoding. */
    StubResponse embeddings(JsonNode body) {
        JsonNode input = body.path("input");
        boolean many = input.isArray() && !input.path(0).isNumber();
        int count = many ? input.size() : 1;
        List<JsonBuffer> data = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean base64 = body.path("encoding_format").asText().equals("base64");
            data.add(JsonBuffer.of("{'object':'embedding','index':?,'embedding':?}", i, base64 ? encoded() : floats()));
        }
        int tokens = tokens(input);
        JsonBuffer answer = JsonBuffer.of("{'object':'list','data':?,'model':?", data, model(body));
        return json(
                usage
                        ? answer.fill(",'usage':{'prompt_tokens':?,'total_tokens':?}}", tokens, tokens)
                        : answer.raw("}"));
    }

    private static String encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(4 * VECTOR.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(VECTOR);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static List<Float> floats() {
        List<Float> all = new ArrayList<>();
        for (float value : VECTOR) {
            all.add(value);
        }
        return all;
    }

    private static int tokens(JsonNode input) {
        if (input.isTextual()) {
            return Math.max(1, input.asText().length() / 4);
        }
        int sum = input.isNumber() ? 1 : 0;
        for (JsonNode element : input) {
            sum += tokens(element);
        }
        return sum;
    }

    /** Returns a generated image, whole or after a partial one. */
    StubResponse image(JsonNode body) {
        boolean counted = usage && !model(body).startsWith("dall-e");
        JsonBuffer count = imageUsage(
                tokens(body.path("prompt")), Math.max(1, body.path("n").asInt(1)));
        return image("image_generation", body.path("stream").asBoolean(), counted, count);
    }

    /** Returns an edited image for a form. */
    StubResponse edit(StubRequest call) {
        return image("image_edit", field(call, "stream").equals("true"), usage, imageUsage(uploaded(call), 1));
    }

    private static StubResponse image(String event, boolean stream, boolean counted, JsonBuffer count) {
        if (!stream) {
            JsonBuffer answer = JsonBuffer.of("{'created':1767225600,'data':[{'b64_json':?}]", PICTURE);
            return json(counted ? answer.fill(",'usage':?}", count) : answer.raw("}"));
        }
        JsonBuffer last =
                JsonBuffer.of("{'type':?,'created_at':1767225600,'b64_json':?", event + ".completed", PICTURE);
        return events(List.of(
                event(
                        event + ".partial_image",
                        JsonBuffer.of(
                                "{'type':?,'partial_image_index':0,'b64_json':?}", event + ".partial_image", PICTURE)),
                event(event + ".completed", counted ? last.fill(",'usage':?}", count) : last.raw("}"))));
    }

    private static JsonBuffer imageUsage(int input, int images) {
        int output = IMAGE_TOKENS * images;
        return JsonBuffer.of(
                "{'input_tokens':?,'output_tokens':?,'total_tokens':?,"
                        + "'input_tokens_details':{'text_tokens':?,'image_tokens':0}}",
                input,
                output,
                input + output,
                input);
    }

    /** Returns the transcript of an upload in the requested format, or its events. */
    StubResponse transcript(StubRequest call) {
        String format = field(call, "response_format");
        if (format.equals("text") || format.equals("srt") || format.equals("vtt")) {
            return new StubResponse.Body(
                    200, "text/plain; charset=utf-8", (TEXT + "\n").getBytes(StandardCharsets.UTF_8), -1);
        }
        boolean seconds = field(call, "model").startsWith("whisper");
        int input = uploaded(call);
        JsonBuffer count = seconds
                ? JsonBuffer.of("{'type':'duration','seconds':7}")
                : JsonBuffer.of(
                        "{'type':'tokens','input_tokens':?,'output_tokens':?,'total_tokens':?,"
                                + "'input_token_details':{'text_tokens':0,'audio_tokens':?}}",
                        input,
                        PIECES.size(),
                        input + PIECES.size(),
                        input);
        if (!field(call, "stream").equals("true")) {
            JsonBuffer answer = JsonBuffer.of("{'text':?", TEXT);
            return json(usage ? answer.fill(",'usage':?}", count) : answer.raw("}"));
        }
        List<byte[]> events = new ArrayList<>();
        for (String piece : PIECES) {
            events.add(
                    event("transcript.text.delta", JsonBuffer.of("{'type':'transcript.text.delta','delta':?}", piece)));
        }
        JsonBuffer done = JsonBuffer.of("{'type':'transcript.text.done','text':?", TEXT);
        events.add(event("transcript.text.done", usage ? done.fill(",'usage':?}", count) : done.raw("}")));
        return events(events);
    }

    /** Returns the English text of an upload, which has no usage. */
    StubResponse translation() {
        return json(JsonBuffer.of("{'text':?}", TEXT));
    }

    /** Returns sound, or its events with usage. */
    StubResponse speech(JsonNode body) {
        String sound = Base64.getEncoder().encodeToString(TEXT.getBytes(StandardCharsets.UTF_8));
        if (!body.path("stream_format").asText().equals("sse")) {
            return new StubResponse.Body(200, "audio/mpeg", TEXT.getBytes(StandardCharsets.UTF_8), -1);
        }
        int input = tokens(body.path("input"));
        JsonBuffer done = JsonBuffer.of("{'type':'speech.audio.done'");
        return events(List.of(
                event("speech.audio.delta", JsonBuffer.of("{'type':'speech.audio.delta','audio':?}", sound)),
                event(
                        "speech.audio.done",
                        usage
                                ? done.fill(
                                        ",'usage':{'input_tokens':?,'output_tokens':?,'total_tokens':?}}",
                                        input,
                                        2 * input,
                                        3 * input)
                                : done.raw("}"))));
    }

    /** Returns a verdict without any flag. */
    StubResponse moderation(JsonNode body) {
        return json(JsonBuffer.of(
                "{'id':'modr-1','model':?,'results':[{'flagged':false,'categories':{'violence':false},"
                        + "'category_scores':{'violence':0.01},'category_applied_input_types':{'violence':['text']}}]}",
                model(body)));
    }

    private static String model(JsonNode body) {
        return body.path("model").asText("stub-1");
    }

    private static int uploaded(StubRequest call) {
        return Math.max(1, call.body().length / 1024);
    }

    /** Returns the value of a text field of a form, or the empty string. */
    private static String field(StubRequest call, String name) {
        String form = new String(call.body(), StandardCharsets.ISO_8859_1);
        int at = form.indexOf("name=\"" + name + "\"\r\n\r\n");
        int from = at < 0 ? -1 : form.indexOf("\r\n\r\n", at) + 4;
        return at < 0 ? "" : form.substring(from, Math.max(from, form.indexOf("\r\n", from)));
    }

    private static StubResponse json(JsonBuffer answer) {
        return StubResponse.Body.json(answer);
    }

    private static byte[] event(String name, JsonBuffer data) {
        return new JsonBuffer(data.length() + 64)
                .raw("event: " + name + "\ndata: ")
                .raw(data)
                .raw("\n\n")
                .copy();
    }

    private static StubResponse events(List<byte[]> events) {
        JsonBuffer error = JsonBuffer.of("{'error':?}", ErrorBodies.openAiError(500, "The server had an error"));
        return new StubResponse.Events(events, event("error", error));
    }
}
