import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes a journal with a number of orders, each about an account of its own: every other one blocks it, the rest refute it. */
public final class ManyOrders {
    private ManyOrders() {}

    /** Takes the file, the number of orders, and the number of operators that each needs. */
    public static void main(String[] arguments) throws Exception {
        long begin = System.currentTimeMillis() - 3_600_000;
        StringBuilder lines = new StringBuilder(line("\"stillgate\":\"orders\",\"version\":1}"));
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            boolean blocks = i % 2 == 0;
            lines.append(line("""
                    "rank":"%1$d-0","time":%1$d,"final":true,"order":{"version":1,"id":"%2$032x","filter":"behaviour","by":"ann",\
                    "why":"resells answers","action":"%3$s","subject":"account a-%2$d","slot":"%4$s","accounts":["a-%2$d"],\
                    "for":2592000000,"needs":%5$s,"agreement":"%3$s a-%2$d","details":%6$s}}"""
                    .formatted(
                            begin + i,
                            i,
                            blocks ? "standing" : "refute",
                            blocks ? "standing" : "judgement",
                            arguments[2],
                            blocks ? "{\"standing\":\"blocked\"}" : "{}")));
        }
        Files.writeString(Path.of(arguments[0]), lines);
    }

    private static String line(String fields) {
        CRC32C sum = new CRC32C();
        sum.update(fields.getBytes(StandardCharsets.UTF_8));
        return "{\"crc32c\":\"%08x\",%s\n".formatted(sum.getValue(), fields);
    }
}
