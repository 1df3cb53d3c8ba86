package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelListTest {
    private static String filtered(String json) {
        byte[] bytes = (json + "garbage").getBytes(StandardCharsets.UTF_8);
        byte[] list = ModelList.filtered(bytes, bytes.length - "garbage".length(), name -> name.startsWith("m-"));
        return list == null ? "none" : new String(list, StandardCharsets.UTF_8);
    }

    @Test
    void modelsThatDoNotFitAreTakenOutOfEachForm() {
        assertThat(filtered("""
                {"object": "list", "data": [{"id": "a"}, {"id": "m-1", "price": 0.10}, {"id": "b"}, {"id": "m-2"} ],
                "first_id": "a", "has_more": true}""")).isEqualTo("""
                {"object": "list", "data": [{"id": "m-1", "price": 0.10},{"id": "m-2"}],
                "first_id": "a", "has_more": true}""");
        assertThat(filtered("{\"models\":[{\"name\":\"models/m-1\"},{\"name\":\"models/a\"}],\"nextPageToken\":\"x\"}"))
                .isEqualTo("{\"models\":[{\"name\":\"models/m-1\"}],\"nextPageToken\":\"x\"}");
        assertThat(filtered("[{\"id\":\"accounts/x/models/m-1\"},{\"id\":\"a\"}]"))
                .isEqualTo("[{\"id\":\"accounts/x/models/m-1\"}]");
        assertThat(filtered("{\"data\":[{\"id\":\"a\"}],\"models\":[{\"id\":\"m-1\"},{\"id\":\"b\"}]}"))
                .isEqualTo("{\"data\":[],\"models\":[{\"id\":\"m-1\"}]}");
        assertThat(filtered("{\"data\":[]}")).isEqualTo("{\"data\":[]}");
    }

    @Test
    void itemWithoutANameIsTakenOut() {
        assertThat(filtered(
                        "{\"data\":[1,null,\"m-1\",[{\"id\":\"m-1\"}],{\"id\":7,\"name\":\"m-1\"},{\"x\":\"m-1\"}]}"))
                .isEqualTo("{\"data\":[]}");
        assertThat(filtered("{\"data\":[{\"id\":\"\\u006d-1\"}]}")).contains("u006d-1");
        assertThat(filtered("{\"data\":[{\"id\":\"a\",\"name\":\"m-1\"}]}")).isEqualTo("{\"data\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "\"m-1\"",
                "{\"data\":{\"id\":\"m-1\"}}",
                "{\"data\":[{\"id\":\"m-1\"}",
                "{\"data\":[],\"data\":[{\"id\":\"a\"}]}",
                "{\"data\":[]}{\"data\":[{\"id\":\"a\"}]}",
                "{\"items\":[{\"id\":\"a\"}]}"
            })
    void otherBodiesAreNoList(String json) {
        assertThat(filtered(json)).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/models, true, ",
        "/v1/models/, true, ",
        "/v1beta/models, true, ",
        "/v1/models/m-1, false, m-1",
        "/v1/models/x%2Fm-1, false, x/m-1",
        "/v1/models/x/m-1, false, x/m-1",
        "/v1/models/a+b, false, a+b",
        "/v1/models/%zz, false, %zz",
        "/v1/publishers/google/models/m-1, false, m-1",
        "/v1/models/accounts%2Fx%2Fmodels%2Fm-1, false, accounts/x/models/m-1",
        "/v1/blobs/models-1, false, "
    })
    void pathNamesAListOrAModel(String path, boolean list, String model) {
        assertThat(ModelList.is(path)).isEqualTo(list);
        assertThat(ModelList.model(path)).isEqualTo(model);
    }
}
