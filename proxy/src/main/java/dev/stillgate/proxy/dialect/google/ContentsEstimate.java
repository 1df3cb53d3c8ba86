package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.dialect.request.PromptEstimate;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.NameTable;
import org.jspecify.annotations.Nullable;

/** Input token estimate for a prompt of the Gemini API: contents, system instruction, tools, output format. */
final class ContentsEstimate {
    /** The costs of media that Google documents. The text has those of OpenAI, whose vocabulary is of a similar size. */
    static final TokenWeights WEIGHTS = TokenWeights.PUBLIC.with(new TokenWeights.Structure(
            1_000, 4_000, 12_000, 0, 0, 5_000, 3_000, 10_000, 0, 80, 1_032_000, 960_000, 258_000, 300_000, 5_000));

    private static final TokenWeights.Structure COSTS = WEIGHTS.structure;
    private static final Spellings SYSTEM = new Spellings("systemInstruction", "system_instruction");
    private static final Spellings CONFIG = new Spellings("generationConfig", "generation_config");
    private static final Spellings SCHEMA = new Spellings("responseSchema", "response_schema");
    private static final Spellings JSON_SCHEMA = new Spellings("responseJsonSchema", "response_json_schema");
    private static final Spellings FUNCTIONS = new Spellings("functionDeclarations", "function_declarations");
    private static final Spellings MIME_TYPE = new Spellings("mimeType", "mime_type");
    private static final JsonName CONTENTS = new JsonName("contents");
    private static final JsonName PARTS = new JsonName("parts");
    private static final JsonName TOOLS = new JsonName("tools");

    /** Kind of a member of a part. */
    private enum Member {
        TEXT,
        CALL,
        RESULT,
        MEDIA,
        SEALED
    }

    private static final NameTable<Member> MEMBERS = new NameTable<Member>()
            .put(Member.TEXT, "text")
            .put(Member.CALL, "functionCall", "function_call", "executableCode", "executable_code")
            .put(Member.RESULT, "functionResponse", "function_response")
            .put(Member.RESULT, "codeExecutionResult", "code_execution_result")
            .put(Member.MEDIA, "inlineData", "inline_data", "fileData", "file_data")
            .put(Member.SEALED, "thoughtSignature", "thought_signature");

    /** Adds a prompt to an estimate that has begun. */
    void read(JsonTape tape, int prompt, PromptEstimate into) {
        ContentsReader.each(tape, tape.find(prompt, CONTENTS), content -> content(tape, content, into));
        int system = SYSTEM.in(tape, prompt);
        if (system != JsonTape.NONE) {
            content(tape, system, into);
        }
        int tools = tape.find(prompt, TOOLS);
        if (ContentsReader.count(tape, tools) > 0) {
            into.add(COSTS.tools());
            ContentsReader.each(tape, tools, tool -> tool(tape, tool, into));
        }
        int config = CONFIG.in(tape, prompt);
        schema(tape, SCHEMA.in(tape, config), into);
        schema(tape, JSON_SCHEMA.in(tape, config), into);
    }

    private static void schema(JsonTape tape, int node, PromptEstimate into) {
        if (node != JsonTape.NONE && tape.kind(node) == JsonTape.OBJECT) {
            into.add(COSTS.format());
            into.json(node);
        }
    }

    private static void content(JsonTape tape, int content, PromptEstimate into) {
        into.add(COSTS.message());
        ContentsReader.each(tape, tape.find(content, PARTS), part -> part(tape, part, into));
    }

    private static void part(JsonTape tape, int part, PromptEstimate into) {
        if (tape.kind(part) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(part); key != tape.end(part); key = tape.next(tape.value(key))) {
            Member member = MEMBERS.find(tape, key);
            if (member != null) {
                member(tape, member, tape.value(key), into);
            }
        }
    }

    private static void member(JsonTape tape, Member member, int value, PromptEstimate into) {
        switch (member) {
            case TEXT -> {
                if (tape.isText(value)) {
                    into.string(value);
                }
            }
            case CALL -> {
                into.add(COSTS.call());
                into.json(value);
            }
            case RESULT -> {
                into.add(COSTS.result());
                result(tape, value, into);
            }
            case MEDIA -> into.add(media(tape.stringOrNull(MIME_TYPE.in(tape, value))));
            case SEALED -> into.add(COSTS.sealed() * (tape.stop(value) - tape.start(value)));
        }
    }

    /** Adds the result of a function or of code. Its parts are media, whose data is not text. */
    private static void result(JsonTape tape, int result, PromptEstimate into) {
        if (tape.kind(result) != JsonTape.OBJECT) {
            into.json(result);
            return;
        }
        for (int key = tape.first(result); key != tape.end(result); key = tape.next(tape.value(key))) {
            if (tape.is(key, PARTS)) {
                ContentsReader.each(tape, tape.value(key), part -> part(tape, part, into));
            } else {
                into.string(key);
                into.json(tape.value(key));
            }
        }
    }

    private static long media(@Nullable String type) {
        if (type != null && type.startsWith("image/")) {
            return COSTS.image();
        }
        boolean timed = type != null && (type.startsWith("audio/") || type.startsWith("video/"));
        return timed ? COSTS.audio() : COSTS.file();
    }

    private static void tool(JsonTape tape, int tool, PromptEstimate into) {
        if (tape.kind(tool) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(tool); key != tape.end(tool); key = tape.next(tape.value(key))) {
            if (FUNCTIONS.is(tape, key)) {
                ContentsReader.each(tape, tape.value(key), function -> {
                    into.add(COSTS.tool());
                    into.json(function);
                });
            } else {
                into.add(COSTS.hosted());
            }
        }
    }
}
