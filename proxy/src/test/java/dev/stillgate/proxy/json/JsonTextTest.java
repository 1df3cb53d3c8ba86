package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void getCharsAgreesWithCharAt() throws MalformedBody {
        byte[] body = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\u00e9\\n\u5b57 end\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        BodyView.Chat chat =
                (BodyView.Chat) new RequestReader().read(Operation.MESSAGES, "application/json", body, 0, body.length);

        chat.parts((message, role, kind, id, text) -> {
            char[] copy = "0123456789".toCharArray();
            text.getChars(1, 4, copy, 2);
            assertThat(new String(copy)).isEqualTo("01\u00e9\n\u5b5756789");
            assertThatThrownBy(() -> text.getChars(5, 9, copy, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> text.getChars(3, 2, copy, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            return true;
        });
    }
}
