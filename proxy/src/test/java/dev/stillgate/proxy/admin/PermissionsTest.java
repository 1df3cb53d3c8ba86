package dev.stillgate.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.OperatorRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the table of roles in the documentation with the code, and both with the index of requests. */
class PermissionsTest {
    private static final Pattern REQUEST = Pattern.compile("`((?:POST|DELETE) /[^`]*)`");

    private static Map<OperatorRole, List<String>> documented() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("config/docs/operators.md"))) {
            root = root.getParent();
        }
        String page = Files.readString(root.resolve("config/docs/operators.md"));
        Map<OperatorRole, List<String>> rows = new EnumMap<>(OperatorRole.class);
        for (OperatorRole role : OperatorRole.values()) {
            String row = page.lines()
                    .filter(line -> line.startsWith("| `" + role.text() + "` |"))
                    .findFirst()
                    .orElseThrow();
            rows.put(
                    role,
                    REQUEST.matcher(row)
                            .results()
                            .map(request -> request.group(1))
                            .toList());
        }
        return rows;
    }

    private static OperatorRole needed(String request) {
        Matcher parts = Pattern.compile("(\\S+) (\\S+)").matcher(request);
        assertThat(parts.matches()).as(request).isTrue();
        return Permissions.needed(parts.group(1), parts.group(2).replaceAll("\\{[a-z]+}", "1"));
    }

    @Test
    void tableOfThePageIsThatOfTheCode() throws IOException {
        Map<OperatorRole, List<String>> documented = documented();
        documented.forEach((role, requests) -> assertThat(requests)
                .allSatisfy(request -> assertThat(needed(request)).as(request).isEqualTo(role)));
        assertThat(PageIndex.requests()).allSatisfy(request -> {
            OperatorRole role = needed(request);
            if (role == OperatorRole.READ) {
                assertThat(request).startsWith("GET ");
            } else {
                assertThat(documented.get(role)).as("the row of %s", role).contains(request);
            }
        });
        assertThat(documented.get(OperatorRole.REVIEW)).hasSize(15);
        for (String action : Permissions.JUDGEMENTS) {
            assertThat(documented.get(OperatorRole.REVIEW)).anyMatch(request -> request.endsWith("/" + action));
        }
    }

    @Test
    void unlistedRequestsNeedTheHighestRole() {
        for (String request : List.of(
                "POST /accounts/a/import",
                "POST /accounts/a/confirm/",
                "POST /accounts/a/confirm/b",
                "POST //accounts/a/confirm",
                "POST /others/a/confirm",
                "POST /accounts/a/CONFIRM",
                "PUT /accounts/a/confirm",
                "POST /",
                "OPTIONS /accounts")) {
            assertThat(needed(request)).as(request).isEqualTo(OperatorRole.ADMIN);
        }
        assertThat(Permissions.needed(Map.of("standing", List.of("blocked")))).isEqualTo(OperatorRole.REVIEW);
    }
}
