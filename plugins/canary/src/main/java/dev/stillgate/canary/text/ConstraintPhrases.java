package dev.stillgate.canary.text;

import dev.stillgate.canary.text.Constraints.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The phrases by which callers tie down wording, one a line; {@code *} is up to four words, {@code #} a number. */
final class ConstraintPhrases {
    static final Map<Kind, String> ALL = new EnumMap<>(Kind.class);

    static {
        ALL.put(Kind.VERSE, """
                poem
                poems
                poetry
                poetic
                haiku
                haikus
                limerick
                limericks
                sonnet
                acrostic
                villanelle
                ballad
                rhyme
                rhymes
                rhyming
                couplet
                stanza
                stanzas
                lyrics
                rap
                jingle
                nursery
                write * song
                compose * song
                write * verse
                write * ode
                an ode
                screenplay
                write * play
                write * dialogue
                gedicht
                gedichte
                reim
                reime
                liedtext
                poème
                poèmes
                poésie
                paroles
                poema
                poemas
                poesía
                poesia
                rima
                """);
        ALL.put(Kind.LENGTH, """
                # words
                # word
                # characters
                # letters
                # sentences
                # syllables
                # tokens
                one word
                single word
                word count
                word limit
                character limit
                in one sentence
                in two sentences
                in three sentences
                two words
                three words
                four words
                five words
                six words
                ten words
                twitter
                tweet
                # wörter
                # wörtern
                # mots
                # palabras
                # palavras
                # parole
                # woorden
                """);
        ALL.put(Kind.CORRECTION, """
                proofread
                proofreading
                copyedit
                grammar
                grammatical
                grammatically
                spelling
                spellcheck
                misspelled
                typos
                punctuation
                correct * sentence
                correct * sentences
                correct * text
                correct * english
                fix * sentence
                rewrite * sentence
                rephrase
                paraphrase
                contractions
                contraction
                korrigiere
                korrigieren
                rechtschreibung
                grammatik
                corrige
                corriger
                corrigez
                orthographe
                grammaire
                ortografía
                gramática
                corregir
                corrija
                correggi
                do not and don't
                may and might
                might and may
                may or might
                might or may
                use do not
                use don't
                use may
                use might
                use cannot
                use can't
                that and which
                which and that
                that or which
                which or that
                start and begin
                begin and start
                its and it's
                it's and its
                such as and like
                like and such as
                modal verb
                modal verbs
                auxiliary verb
                auxiliary verbs
                tense
                tenses
                present perfect
                past perfect
                participle
                participles
                apostrophe
                apostrophes
                esl
                efl
                ielts
                toefl
                formal writing
                formal english
                learn english
                learning english
                teach english
                teaching english
                english lesson
                english lessons
                """);
        ALL.put(Kind.TRANSLATION, """
                translate
                translated
                translating
                translation
                translations
                in german
                in french
                in spanish
                in italian
                in portuguese
                in chinese
                in japanese
                in russian
                übersetze
                übersetzen
                übersetzung
                traduis
                traduire
                traduisez
                traduction
                traduce
                traducir
                traducción
                traduza
                traduzir
                tradução
                traduci
                tradurre
                vertaal
                """);
        ALL.put(Kind.VERBATIM, """
                verbatim
                repeat after me
                repeat * after me
                repeat the following
                repeat exactly
                repeat back
                repeat everything
                word for word
                word by word
                copy exactly
                copy * exactly
                exact wording
                exact words
                exactly as * written
                exactly as is
                quote exactly
                quote * exactly
                exact quote
                exact quotes
                direct quote
                direct quotes
                without changing
                do not change
                don't change
                do not alter
                transcribe
                transcript
                say exactly
                reply with exactly
                wörtlich
                wort für wort
                mot à mot
                mot pour mot
                palabra por palabra
                parola per parola
                quote
                quotes
                quoted
                quoting
                quotation
                quotations
                recite
                recites
                reciting
                recital
                recitation
                wording
                text of
                full text
                original text
                excerpt
                excerpts
                passage from
                passages from
                first paragraph
                opening paragraph
                last paragraph
                paragraph of
                opening line
                opening lines
                first line
                first lines
                what does * say
                preamble
                declaration of
                amendment
                amendments
                article #
                anthem
                pledge of allegiance
                scripture
                scriptures
                bible
                psalm
                psalms
                prayer
                prayers
                creed
                oath
                gettysburg
                miranda
                """);
        ALL.put(Kind.WORDS, """
                the word
                the words
                these words
                with the letter
                without the letter
                contain * letter
                the letters
                the phrase
                lipogram
                palindrome
                pangram
                anagram
                alliteration
                alliterative
                tongue twister
                synonym
                synonyms
                antonym
                antonyms
                every sentence * start
                each sentence * start
                every sentence * begin
                each sentence * begin
                each word * start
                every word * start
                without using * word
                do not use * word
                don't use * word
                avoid using * word
                avoid * word
                british english
                american english
                british spelling
                """);
        ALL.put(Kind.STYLE, """
                in the style of
                in the voice of
                in the tone of
                in the manner of
                style of shakespeare
                shakespearean
                imitate
                mimic
                parody
                pastiche
                talk like
                speak like
                write like
                sound like
                like a pirate
                roleplay
                role play
                im stil von
                dans le style
                al estilo de
                """);
        ALL.put(Kind.FORMAT, """
                json
                xml
                yaml
                csv
                latex
                only output
                output only
                respond only
                respond with only
                reply only
                answer only
                only respond
                only reply
                only answer
                return only
                only return
                regex
                """);
        ALL.put(Kind.LAW, """
                contract
                contracts
                contractual
                agreement
                agreements
                lease
                leases
                licence
                licences
                license
                licenses
                eula
                nda
                clause
                clauses
                the terms
                terms and conditions
                terms conditions
                terms of service
                terms of use
                terms of sale
                policy
                policies
                legal document
                legal documents
                legal notice
                legal language
                power of attorney
                last will
                affidavit
                statute
                statutes
                bylaw
                bylaws
                treaty
                convention
                constitution
                ordinance
                warranty
                warranties
                waiver
                disclaimer
                disclaimers
                covenant
                """);
        ALL.put(Kind.MEDICINE, """
                dosage
                dosages
                dosing
                dose
                doses
                medication guide
                medication guides
                patient information
                patient leaflet
                package insert
                package leaflet
                prescribing
                prescription
                prescriptions
                """);
    }

    private static final String[] TRANSLATION = {"翻译", "翻譯", "翻訳", "번역", "перевед", "перевод", "ترجم"};
    private static final String[] VERSE = {"诗", "詩", "俳句", "歌词", "歌詞", "стихотвор"};

    private ConstraintPhrases() {}

    /** Returns what a phrase of a script without spaces, or with endings of many kinds, ties, if one begins here. */
    static @Nullable Kind unspaced(CharSequence text, int at, int to, char c) {
        if (c < 0x400) {
            return null;
        }
        return begins(text, at, to, TRANSLATION) ? Kind.TRANSLATION : begins(text, at, to, VERSE) ? Kind.VERSE : null;
    }

    private static boolean begins(CharSequence text, int at, int to, String[] phrases) {
        for (String phrase : phrases) {
            int i = 0;
            while (i < phrase.length()
                    && at + i < to
                    && Character.toLowerCase(text.charAt(at + i)) == phrase.charAt(i)) {
                i++;
            }
            if (i == phrase.length()) {
                return true;
            }
        }
        return false;
    }
}
