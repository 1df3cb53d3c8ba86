package dev.stillgate.proxy.dialect.cohere;

import static dev.stillgate.proxy.json.JsonPaths.list;
import static dev.stillgate.proxy.json.JsonPaths.number;
import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.shortString;
import static dev.stillgate.proxy.json.JsonPaths.text;

import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.json.JsonPaths;

/** JSON paths of the usage, id, end and text of Cohere's responses. */
final class CoherePaths {
    private static final JsonPaths<ResponseField> USAGE = JsonPaths.of(
            object(
                    "tokens",
                    JsonPaths.of(
                            number("input_tokens", ResponseField.INPUT),
                            number("output_tokens", ResponseField.OUTPUT))),
            number("cached_tokens", ResponseField.CACHE_READ));
    private static final JsonPaths<ResponseField> CONTENT =
            JsonPaths.of(text("text", ResponseField.TEXT), text("thinking", ResponseField.ASIDE));
    private static final JsonPaths<ResponseField> CALL = JsonPaths.of(
            text("id", ResponseField.MARKED),
            object("function", JsonPaths.of(text("name", ResponseField.CALL), text("arguments", ResponseField.TOOL))));

    static final JsonPaths<ResponseField> RESPONSE = JsonPaths.of(
            shortString("id", ResponseField.ID),
            shortString("finish_reason", ResponseField.REASON),
            object(
                    "message",
                    JsonPaths.of(
                            list("content", CONTENT),
                            list("tool_calls", CALL),
                            text("tool_plan", ResponseField.ASIDE))),
            object("usage", USAGE));

    static final JsonPaths<ResponseField> EVENT = JsonPaths.of(
            shortString("type", ResponseField.TYPE),
            shortString("id", ResponseField.ID),
            object(
                    "delta",
                    JsonPaths.of(
                            shortString("finish_reason", ResponseField.REASON),
                            object("usage", USAGE),
                            object(
                                    "message",
                                    JsonPaths.of(
                                            object("content", CONTENT),
                                            object("tool_calls", CALL),
                                            text("tool_plan", ResponseField.ASIDE))))));

    private CoherePaths() {}
}
