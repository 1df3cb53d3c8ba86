package dev.stillgate.proxy.rig;

import java.nio.charset.StandardCharsets;

/** Well-formed requests. */
public final class Requests {
    public static final String MESSAGES_BODY =
            "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    public static final String CHAT_BODY = "{\"model\":\"m-2\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private Requests() {}

    public static String messages(String... fields) {
        return post("/v1/messages", MESSAGES_BODY, fields);
    }

    public static String chat(String... fields) {
        return post("/v1/chat/completions", CHAT_BODY, fields);
    }

    public static String post(String path, String body, String... fields) {
        return head("POST", path, fields) + "content-type: application/json\r\ncontent-length: " + body.length()
                + "\r\n\r\n" + body;
    }

    public static byte[] post(String path, byte[] body, String... fields) {
        byte[] head = (head("POST", path, fields) + "content-length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    public static String get(String path, String... fields) {
        return head("GET", path, fields) + "\r\n";
    }

    public static String head(String method, String path, String... fields) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: gateway.test\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.toString();
    }
}
