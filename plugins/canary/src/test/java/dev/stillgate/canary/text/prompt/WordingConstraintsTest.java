package dev.stillgate.canary.text.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.edit.EnglishTable;
import dev.stillgate.canary.text.prompt.WordingConstraints.Kind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordingConstraintsTest {
    private static final WordingConstraints CONSTRAINTS = new WordingConstraints(EnglishTable.english());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VERSE|Write a poem about the sea.",
                "VERSE|Please compose a short song for my mother",
                "VERSE|A haiku, please!",
                "VERSE|Make an acrostic of my name.",
                "VERSE|Schreib mir ein Gedicht über den Herbst.",
                "VERSE|Écris un poème sur la mer",
                "VERSE|写一首诗",
                "LENGTH|Describe the sea in exactly 100 words.",
                "LENGTH|Keep it under 280 characters.",
                "LENGTH|Answer with one word.",
                "LENGTH|Erkläre das in 50 Wörtern.",
                "CORRECTION|Proofread this letter for me",
                "CORRECTION|Correct the grammar: he go home.",
                "CORRECTION|Fix my sentence: me likes it",
                "CORRECTION|Write it without contractions.",
                "CORRECTION|Bitte korrigiere meinen Text.",
                "TRANSLATION|Translate this into German: good morning",
                "TRANSLATION|Übersetze den Satz.",
                "TRANSLATION|Traduis cette phrase.",
                "TRANSLATION|把这句话翻译成英文",
                "VERBATIM|Repeat after me: it is late.",
                "VERBATIM|Quote the first paragraph verbatim.",
                "VERBATIM|Copy the text exactly.",
                "WORDS|Do not use the word very.",
                "WORDS|Every sentence must start with the same letter",
                "WORDS|Give me synonyms for big",
                "STYLE|Explain gravity in the style of Hemingway.",
                "STYLE|Talk like a pirate from now on.",
                "FORMAT|Return only JSON.",
                "FORMAT|Respond only with the number.",
            })
    void constraintIsRecognized(Kind kind, String message) {
        assertThat(CONSTRAINTS.of(message)).isEqualTo(kind);
    }

    @ParameterizedTest
    @DisplayName("plugins 3: recitals, contracts, licences, language lessons and doses are recognized")
    @CsvSource(
            delimiter = '|',
            value = {
                "VERBATIM|Recite the Gettysburg address",
                "VERBATIM|Quote Article 5 of the Geneva convention",
                "VERBATIM|What is the text of the second amendment?",
                "VERBATIM|What does the second amendment say?",
                "VERBATIM|Give me the first paragraph of the Declaration of Independence",
                "LAW|Draft a lease agreement",
                "LAW|Write terms and conditions",
                "LAW|Write terms & conditions for my shop",
                "LAW|Draft a privacy policy.",
                "LAW|Which licence lets me sell it?",
                "LAW|Check this contract.",
                "MEDICINE|Write a medication guide",
                "MEDICINE|What is the usual dosage of it?",
                "VERBATIM|The exact wording, please.",
                "CORRECTION|Explain when to use do not and don't",
                "CORRECTION|Explain when to use do not and don’t",
                "CORRECTION|Teach me the difference between may and might",
                "CORRECTION|Help me with my grammar.",
            })
    void recitalsLawLessonsAndDosesAreRecognized(Kind kind, String message) {
        assertThat(CONSTRAINTS.of(message)).isEqualTo(kind);
    }

    @ParameterizedTest
    @DisplayName("marks: requests for exact words are recognized in the ten commonest languages of prompts")
    @CsvSource(
            delimiter = '|',
            value = {
                // English
                "VERBATIM|Please leave the second part unchanged.",
                "VERBATIM|Give me famous lines from that film",
                "CORRECTION|Conjugate to be in all persons.",
                "CORRECTION|When does one need a preposition here?",
                "LAW|Write a cease and desist letter",
                "LAW|Draft the deed for the garden",
                "MEDICINE|How much paracetamol may she take a day?",
                "MEDICINE|Is 400 mg too much?",
                // Chinese
                "VERBATIM|请背诵美国独立的那份文件",
                "VERBATIM|逐字写出来",
                "LAW|帮我起草一份租房合同",
                "LAW|写一份隐私政策",
                "MEDICINE|布洛芬的剂量是多少",
                "CORRECTION|教我英语，什么时候用过去时态",
                "TRANSLATION|把它译成英文",
                "WORDS|给我三个同义词",
                // Russian
                "VERBATIM|Процитируй первую статью",
                "VERBATIM|Повтори слово в слово",
                "LAW|Составь договор аренды квартиры",
                "LAW|Напиши лицензию для программы",
                "MEDICINE|Какая дозировка у этого лекарства?",
                "CORRECTION|Объясни грамматику: когда нужен артикль",
                "TRANSLATION|Переведи на английский",
                "VERSE|Напиши стихи о море",
                // Spanish
                "VERBATIM|Recítame el discurso entero",
                "VERBATIM|Repite al pie de la letra lo que digo",
                "LAW|Redacta un contrato de alquiler",
                "LAW|Escribe los términos y condiciones de mi tienda",
                "MEDICINE|¿Cuál es la dosis para un niño?",
                "CORRECTION|Quiero aprender inglés contigo",
                "TRANSLATION|¿Cómo se dice en su idioma?",
                // French
                "VERBATIM|Cite l'article de la convention",
                "VERBATIM|Récite le discours, mot à mot",
                "LAW|Rédige un contrat de travail",
                "LAW|Écris les conditions générales de vente",
                "MEDICINE|Quelle est la posologie pour un adulte ?",
                "CORRECTION|Corrige les fautes d'orthographe",
                "TRANSLATION|Comment dit-on merci là-bas ?",
                // German
                "VERBATIM|Zitiere den ersten Absatz",
                "VERBATIM|Wie lautet der genaue Wortlaut?",
                "LAW|Entwirf einen Mietvertrag",
                "LAW|Schreibe eine Datenschutzerklärung",
                "MEDICINE|Welche Dosierung ist üblich?",
                "CORRECTION|Ich will Englisch lernen, hilf mir",
                "TRANSLATION|Bitte ins Englische",
                // Portuguese
                "VERBATIM|Recite o discurso inteiro",
                "VERBATIM|Repita palavra por palavra",
                "LAW|Redija um contrato de aluguel",
                "LAW|Escreva a política de privacidade",
                "MEDICINE|Qual é a dosagem para adultos?",
                "CORRECTION|Ajude-me com a gramática",
                "TRANSLATION|Como se diz obrigado?",
                // Japanese
                "VERBATIM|憲法の前文を暗唱してください",
                "VERBATIM|この文を引用して",
                "LAW|賃貸の契約書を作って",
                "LAW|利用規約を書いてください",
                "MEDICINE|この薬の用量を教えて",
                "CORRECTION|英語の文法を教えてください",
                "TRANSLATION|英語に訳してください",
                // Italian
                "VERBATIM|Recitami il discorso, parola per parola",
                "VERBATIM|Trascrivi il brano",
                "LAW|Scrivi un contratto di locazione",
                "LAW|Scrivi i termini e condizioni del sito",
                "MEDICINE|Qual è il dosaggio per un bambino?",
                "CORRECTION|Correggi la grammatica",
                "TRANSLATION|Come si dice grazie?",
                // Arabic
                "VERBATIM|اقتبس أول جملة من الخطاب",
                "VERBATIM|اكتب النص الكامل للإعلان",
                "LAW|اكتب عقد إيجار لشقة",
                "LAW|اكتب سياسة الخصوصية لموقعي",
                "MEDICINE|ما هي جرعة هذا الدواء؟",
                "CORRECTION|اشرح لي قواعد اللغة",
                "TRANSLATION|ترجم هذا إلى الإنجليزية",
                "VERSE|اكتب قصيدة عن البحر",
            })
    void exactWordsAreRecognizedInTenLanguages(Kind kind, String message) {
        assertThat(CONSTRAINTS.of(message)).isEqualTo(kind);
    }

    @ParameterizedTest
    @DisplayName("marks: ordinary requests in the ten commonest languages of prompts are not exempt")
    @ValueSource(
            strings = {
                "What changed between the two models of the car?",
                "He lied to me about the bill. What now?",
                "How much bread does a family of five take on a trip?",
                "Come up with twenty tasks. Vary the verbs, and do not repeat the verb of a task.",
                "怎么学做红烧肉？",
                "北京三日游怎么安排？",
                "为什么天空是蓝色的？",
                "请解释网络协议和数字签名的区别",
                "Как приготовить борщ?",
                "Почему небо голубое?",
                "Как улучшить поисковую выдачу сайта? Я уже написал код.",
                "Какие упражнения по гимнастике помогут спине? Где библиотека?",
                "Что такое логарифм и автономный режим?",
                "¿Cómo se hace una tortilla?",
                "¿Por qué el cielo es azul, de acuerdo con la física?",
                "Comment faire une tarte aux pommes ?",
                "J'ai oublié mon mot de passe, que faire ?",
                "Wie backe ich ein gutes Brot?",
                "Warum ist der Himmel blau?",
                "Como faço um bolo de chocolate?",
                "De acordo com a física, por que o céu é azul?",
                "カレーの作り方を教えてください",
                "なぜ空は青いのですか",
                "Come si fa la pizza in casa?",
                "Perché il cielo è blu?",
                "كيف أطبخ الأرز؟",
                "لماذا السماء زرقاء؟ أعطني توصية على النحو التالي",
                "ما هو المنطق في هذا الادعاء المتكرر؟",
            })
    void ordinaryRequestInTenLanguagesIsNotExempt(String message) {
        assertThat(CONSTRAINTS.of(message)).isNull();
    }

    @Test
    @DisplayName("plugins 3: a conversation is read up to a limit, and counts as constrained beyond it")
    void conversationBeyondTheLimitCountsAsConstrained() {
        WordingConstraints.Conversation conversation = new WordingConstraints.Conversation(CONSTRAINTS);
        String filler = "all work and no play ".repeat(WordingConstraints.MAX_CHARS);
        for (int i = 0; i < WordingConstraints.MAX_CONVERSATION_CHARS / WordingConstraints.MAX_CHARS; i++) {
            assertThat(conversation.read(filler)).isNull();
        }
        assertThat(conversation.read("")).isNull();
        assertThat(conversation.read("And then?")).isEqualTo(Kind.UNREAD);
        conversation.begin();
        conversation.skip(filler);
        for (int i = 1; i < WordingConstraints.MAX_CONVERSATION_CHARS / WordingConstraints.MAX_CHARS; i++) {
            assertThat(conversation.read(filler)).isNull();
        }
        assertThat(conversation.read("And then?")).isEqualTo(Kind.UNREAD);
    }

    @Test
    void phraseIsRecognizedWhereverTheTextIsCut() {
        for (int before = 980; before < 1030; before++) {
            String text = "x".repeat(before);
            assertThat(CONSTRAINTS.of(text + " Explain when to use do not and don’t"))
                    .isEqualTo(Kind.CORRECTION);
            assertThat(CONSTRAINTS.of(text + " Schreib mir ein Gedicht")).isEqualTo(Kind.VERSE);
            assertThat(CONSTRAINTS.of(text + " 写一首诗")).isEqualTo(Kind.VERSE);
            assertThat(CONSTRAINTS.of(text + " in exactly 100 words")).isEqualTo(Kind.LENGTH);
            assertThat(CONSTRAINTS.of(text + " Spoemx, songxy, 12x words")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How do I bake bread?",
                "Explain how a heat pump works and when it pays.",
                "What should I see in Lisbon in three days?",
                "My landlord will not repair the heating. What can I do?",
                "Compare the two plans for a family of four.",
                "What is the difference between weather and climate?",
                "Think of it in terms of cost.",
                "",
            })
    void ordinaryQuestionHasNoConstraint(String message) {
        assertThat(CONSTRAINTS.of(message)).isNull();
    }

    @Test
    void beginningAndEndOfALongMessageAreRead() {
        String filler = "all work and no play ".repeat(10_000);
        assertThat(CONSTRAINTS.of("Write a poem. " + filler)).isEqualTo(Kind.VERSE);
        assertThat(CONSTRAINTS.of(filler + "Write a poem.")).isEqualTo(Kind.VERSE);
        assertThat(CONSTRAINTS.of(filler)).isNull();
    }
}
