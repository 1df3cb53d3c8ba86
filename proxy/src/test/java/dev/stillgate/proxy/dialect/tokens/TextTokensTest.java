package dev.stillgate.proxy.dialect.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.anthropic.AnthropicWeights;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Estimates for our own texts, compared with the counts of jtokkit 1.1.0 with {@code o200k_base}. */
class TextTokensTest {
    private final TextTokens tokens = new TextTokens();

    private record Text(String name, int count, String text) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Text> texts() {
        return List.of(
                new Text(
                        "prose",
                        58,
                        "The keeper of the light wrote in his log each evening what the sea had been like, and whether any ship had passed close enough to read her name. In winter the entries grow short. He was asked once why he never wrote about himself, and said that the lamp did not ask."),
                new Text(
                        "code",
                        55,
                        "def mean(values):\n    total = 0.0\n    for index, value in enumerate(values):\n        if value is None:\n            raise ValueError(f\"no value at {index}\")\n        total += value\n    return total / max(1, len(values))\n"),
                new Text(
                        "json",
                        61,
                        "{\"orders\":[{\"id\":48213,\"customerName\":\"Ada Byrne\",\"total\":129.95,\"items\":[\"kettle\",\"tea towel\"],\"shipped\":false},{\"id\":48214,\"customerName\":\"Tom Hale\",\"total\":18.5,\"items\":[],\"shipped\":true}]}"),
                new Text(
                        "de",
                        39,
                        "Gestern wurde in der Gemeindeversammlung über die neue Straßenbeleuchtung gesprochen, und viele Einwohner wünschten sich wärmeres Licht. Bitte fasse die wichtigsten Punkte in drei kurzen Sätzen zusammen."),
                new Text(
                        "ru",
                        102,
                        "Вчера вечером мы долго говорили о том, как устроен новый поезд, который ходит между двумя городами на севере. Машинист рассказал, что зимой приходится чистить пути трижды в сутки, иначе расписание срывается. Пассажиры обычно не замечают этой работы, но без неё дорога остановилась бы за один день. Пожалуйста, напишите краткое резюме отчёта и перечислите три главных вывода для руководства компании."),
                new Text(
                        "zh",
                        87,
                        "小镇的图书馆上个月重新开放了，新的阅览室比以前宽敞得多。许多老人每天下午都来这里看报纸，孩子们则喜欢坐在靠窗的地毯上听故事。请把这段话概括成三个要点，并且为图书馆写一份简短的活动计划。如果数据库连接失败，应该如何处理？"),
                new Text(
                        "ja",
                        97,
                        "駅前の小さな喫茶店では、毎朝七時になると焼きたてのパンの香りが広がります。常連のお客さんは新聞を読みながら、ゆっくりとコーヒーを飲んでいます。この文章を三つの要点にまとめて、それぞれ一文で説明してください。データベースの設計についても簡単なアドバイスをお願いします。"),
                new Text(
                        "ko",
                        72,
                        "지난 주말에 우리는 산 아래 작은 마을에서 열린 축제에 다녀왔습니다. 아이들은 연을 날리고 어른들은 전통 음식을 나누어 먹었습니다. 이 글을 읽고 중요한 내용을 세 문장으로 요약해 주세요. 그리고 데이터베이스 설계에 대한 간단한 조언도 부탁드립니다."),
                new Text(
                        "fr",
                        69,
                        "Chaque été, les habitants du village préparent une grande fête où l'on déguste des fromages et des gâteaux faits à la maison. Les élèves de l'école ont décoré la salle, et le maire a prononcé un discours très bref. Rédigez un résumé en français et proposez trois idées pour l'année prochaine."),
                new Text(
                        "ar",
                        72,
                        "في كل صباح تفتح المكتبة أبوابها للطلاب الذين يبحثون عن مكان هادئ للدراسة. يجلس بعضهم قرب النوافذ حيث يدخل ضوء الشمس، ويفضل آخرون الزوايا البعيدة. اكتب رسالة قصيرة إلى المدير تشرح فيها لماذا نحتاج إلى ساعات عمل أطول خلال فترة الامتحانات."),
                new Text(
                        "hi",
                        62,
                        "हर साल बारिश के मौसम में हमारे गाँव की नदी अपने किनारों तक भर जाती है। किसान पहले से ही खेतों की मेड़ें ऊँची कर लेते हैं ताकि फसल बह न जाए। कृपया इस समस्या का एक सरल समाधान सुझाइए और उसके तीन लाभ बताइए।"),
                new Text(
                        "emoji",
                        38,
                        "Great news 🎉🎉 we shipped it! 🚀 Thanks to everyone 🙏❤️ see you at the party 🥳🍕🍻 and bring sunscreen 😎☀️"));
    }

    private long count(TokenWeights weights, String json, int size) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        tokens.reset(weights);
        long before = 0;
        for (int p = 0; p < bytes.length; p += size) {
            tokens.add(bytes, p, Math.min(bytes.length, p + size));
            long now = tokens.tokens(null);
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
        return before;
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder();
        text.chars().forEach(c -> json.append("\\u%04x".formatted(c)));
        return json.toString();
    }

    @ParameterizedTest
    @MethodSource("texts")
    void estimateIsNearCount(Text text) {
        assertThat(count(TokenWeights.PUBLIC, text.text, 1 << 20) / (double) text.count)
                .isBetween(0.75, 1.35);
    }

    @Test
    void estimateOverAllTextsIsNearCount() {
        long estimate = 0;
        long count = 0;
        for (Text text : texts()) {
            estimate += count(TokenWeights.PUBLIC, text.text, 1 << 20);
            count += text.count;
        }
        assertThat(estimate / (double) count).isBetween(0.9, 1.1);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void countIsIndependentOfPiecesAndEscapes(Text text) {
        String json = text.text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        for (TokenWeights weights : List.of(TokenWeights.PUBLIC, AnthropicWeights.ALL)) {
            long whole = count(weights, json, 1 << 20);
            for (int size : new int[] {1, 2, 3, 5, 7, 64}) {
                assertThat(count(weights, json, size)).as("pieces of %d", size).isEqualTo(whole);
            }
            assertThat(count(weights, escaped(text.text), 5)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "aB",
                "1",
                " ",
                "\n",
                "!",
                "\ud83e\udd89",
                "\u6f22",
                "\u0436",
                "\u00fc",
                "\\",
                "\\u",
                "\\ud83e"
            })
    void repetitiveTextHasBoundedCost(String piece) {
        String text = piece.repeat(20_000);
        long bytes = text.getBytes(StandardCharsets.UTF_8).length;
        for (TokenWeights weights : List.of(TokenWeights.PUBLIC, AnthropicWeights.ALL)) {
            assertThat(count(weights, text, 1 << 20)).isBetween(bytes / 100, 2 * bytes);
        }
    }

    @Test
    void newerAnthropicModelsUseMoreTokens() {
        for (String model : List.of(
                "claude-3-opus-latest",
                "claude-sonnet-4-5",
                "claude-opus-4-20250514",
                "claude-opus-4-6",
                "claude-haiku-4-5-20251001",
                "claude-sonnet-4-0",
                "claude-2.1",
                "claude-instant-1.2",
                "claude-",
                "other")) {
            assertThat(AnthropicWeights.ALL.percent(model)).as(model).isEqualTo(112);
        }
        for (String model : List.of("claude-opus-4-7", "claude-opus-4-8", "claude-sonnet-5", "claude-opus-5")) {
            assertThat(AnthropicWeights.ALL.percent(model)).as(model).isEqualTo(150);
        }
        assertThat(TokenWeights.PUBLIC.percent("gpt-5")).isEqualTo(100);
    }
}
