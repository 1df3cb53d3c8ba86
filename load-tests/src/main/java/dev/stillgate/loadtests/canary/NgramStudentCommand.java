package dev.stillgate.loadtests.canary;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Trains an n-gram model on answers and writes answers of its own, as the demo's rival does. */
public final class NgramStudentCommand {
    private static final ObjectMapper JSON = new ObjectMapper();

    private NgramStudentCommand() {}

    /** Arguments: file of training texts, file to write, number of responses, seed. Both files have JSON lines. */
    public static void main(String[] args) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            texts.add(JSON.readTree(line).path("text").asText());
        }
        NgramStudent student = new NgramStudent(texts, Students.ORDER);
        SplittableRandom random = new SplittableRandom(Long.parseLong(args[3]));
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(args[1]), StandardCharsets.UTF_8)) {
            for (String answer : student.answers(random, Integer.parseInt(args[2]), Students.ANSWER_TOKENS)) {
                out.write(JSON.writeValueAsString(Map.of("text", answer)));
                out.newLine();
            }
        }
    }
}
