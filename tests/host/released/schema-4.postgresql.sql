CREATE TABLE public.admins (
    tenant_id character varying(64) NOT NULL,
    username character varying(64) NOT NULL,
    password_hash text NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id integer NOT NULL,
    tenant_id character varying(64),
    at double precision NOT NULL,
    actor character varying(128) NOT NULL,
    event character varying(128) NOT NULL,
    outcome character varying(32) NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.audit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: audit_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;


--
-- Name: blob_chunks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blob_chunks (
    blob_id character varying(32) NOT NULL,
    "position" integer NOT NULL,
    data bytea NOT NULL
);


--
-- Name: blobs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blobs (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    content_type character varying(128) NOT NULL,
    size_bytes bigint,
    expires_at double precision
);


--
-- Name: budget_takes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.budget_takes (
    id integer NOT NULL,
    tenant_id character varying(64) NOT NULL,
    bucket character varying(200) NOT NULL,
    taken_at double precision NOT NULL,
    amount integer NOT NULL
);


--
-- Name: budget_takes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.budget_takes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: budget_takes_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.budget_takes_id_seq OWNED BY public.budget_takes.id;


--
-- Name: contact_numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contact_numbers (
    contact_id character varying(32) NOT NULL,
    e164 character varying(16) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(1024) NOT NULL
);


--
-- Name: contact_sources; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contact_sources (
    contact_id character varying(32) NOT NULL,
    mailbox_id character varying(512) NOT NULL,
    source_contact_id character varying(512) NOT NULL,
    folder_id character varying(512) NOT NULL,
    change_key character varying(256) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(1024) NOT NULL
);


--
-- Name: contacts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contacts (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(1024) NOT NULL,
    plugin character varying(64),
    external_id character varying(512) COLLATE pg_catalog."C",
    fields text NOT NULL,
    applied text,
    deleted integer NOT NULL,
    name character varying(64) NOT NULL,
    search text NOT NULL
);


--
-- Name: data_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.data_keys (
    id character varying(32) NOT NULL,
    wrapped bytea NOT NULL,
    created_at double precision NOT NULL
);


--
-- Name: due; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.due (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    next_due_at double precision,
    lease_token integer NOT NULL,
    lease_until double precision NOT NULL,
    lease_holder character varying(200) NOT NULL
);


--
-- Name: flows; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.flows (
    state_hash character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    browser_hash character varying(64) NOT NULL,
    sealed bytea NOT NULL,
    created_at double precision NOT NULL,
    expires_at double precision NOT NULL
);


--
-- Name: links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.links (
    tenant_id character varying(64) NOT NULL,
    authority character varying(255) NOT NULL COLLATE pg_catalog."C",
    subject character varying(255) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(32) NOT NULL,
    applied_display_name character varying(128) NOT NULL,
    applied_email character varying(128),
    applied_mobile_phone character varying(32),
    applied_work_phone character varying(32),
    applied_department character varying(128),
    applied_enabled integer NOT NULL,
    photo_etag character varying(256)
);


--
-- Name: meta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.meta (
    name character varying(64) NOT NULL,
    value text NOT NULL
);


--
-- Name: notices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notices (
    id integer NOT NULL,
    tenant_id character varying(64) NOT NULL,
    key character varying(200) NOT NULL,
    at double precision NOT NULL,
    severity character varying(16) NOT NULL,
    subject text NOT NULL,
    text text NOT NULL
);


--
-- Name: notices_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.notices_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: notices_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.notices_id_seq OWNED BY public.notices.id;


--
-- Name: number_cursors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.number_cursors (
    tenant_id character varying(64) NOT NULL,
    start bigint NOT NULL,
    next bigint NOT NULL
);


--
-- Name: numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.numbers (
    tenant_id character varying(64) NOT NULL,
    number character varying(64) NOT NULL,
    n bigint,
    user_id character varying(32),
    service character varying(64),
    authority character varying(255),
    subject character varying(255),
    free_since double precision
);


--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    seq integer NOT NULL,
    id character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    kind character varying(32) NOT NULL,
    priority integer NOT NULL,
    state character varying(16) NOT NULL,
    waiting integer NOT NULL,
    rank double precision NOT NULL,
    subject text NOT NULL,
    recipients text NOT NULL,
    refused text NOT NULL,
    sealed bytea,
    created_at double precision NOT NULL,
    due_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    attempt integer NOT NULL,
    n_unknown integer NOT NULL,
    copy_approved integer NOT NULL,
    started_at double precision,
    holder character varying(200) NOT NULL,
    finished_at double precision,
    channel character varying(64) NOT NULL,
    reason text NOT NULL,
    remedy text NOT NULL,
    detail text NOT NULL
);


--
-- Name: outbox_lanes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_lanes (
    tenant_id character varying(64) NOT NULL,
    urgent integer NOT NULL,
    paused_until double precision NOT NULL,
    unreachable_since double precision,
    probed_at double precision
);


--
-- Name: outbox_recipients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_recipients (
    seq integer NOT NULL,
    address character varying(320) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    priority integer NOT NULL
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.outbox_seq_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outbox_seq_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.outbox_seq_seq OWNED BY public.outbox.seq;


--
-- Name: photos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.photos (
    user_id character varying(32) NOT NULL,
    content bytea NOT NULL,
    content_type character varying(64) NOT NULL
);


--
-- Name: plugin_settings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plugin_settings (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    version integer NOT NULL,
    "values" text NOT NULL
);


--
-- Name: problems; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.problems (
    id integer NOT NULL,
    run_id character varying(32) NOT NULL,
    reason character varying(64) NOT NULL,
    subject text,
    login_name text,
    detail text NOT NULL
);


--
-- Name: problems_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.problems_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: problems_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.problems_id_seq OWNED BY public.problems.id;


--
-- Name: registrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.registrations (
    user_id character varying(32) NOT NULL,
    device character varying(128) NOT NULL,
    registered_at double precision NOT NULL
);


--
-- Name: runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.runs (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    reason character varying(16) NOT NULL,
    job character varying(64),
    status character varying(32) NOT NULL,
    message text NOT NULL,
    started_at double precision NOT NULL,
    finished_at double precision,
    counts text NOT NULL,
    problem_counts text NOT NULL,
    requests integer NOT NULL,
    plan text,
    stage character varying(128) NOT NULL,
    done integer NOT NULL,
    total integer,
    stop_asked integer NOT NULL
);


--
-- Name: secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secrets (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    name character varying(128) NOT NULL,
    sealed bytea NOT NULL
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    token_hash character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    user_id character varying(32),
    admin_name character varying(64),
    csrf character varying(64) NOT NULL,
    created_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    provider character varying(64),
    plugin character varying(64),
    session_hint text NOT NULL
);


--
-- Name: state; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.state (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    key character varying(200) NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    value text NOT NULL
);


--
-- Name: switches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.switches (
    plugin character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    enabled integer NOT NULL
);


--
-- Name: tenants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tenants (
    id character varying(64) NOT NULL,
    name character varying(128) NOT NULL,
    sip_domain character varying(253) NOT NULL,
    time_zone character varying(64) NOT NULL,
    country character varying(2) NOT NULL,
    web_origin text NOT NULL,
    sbc_origin text,
    user_limit integer,
    rest_days integer NOT NULL,
    created_at double precision NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    username character varying(64) NOT NULL,
    username_key character varying(64) NOT NULL,
    display_name character varying(128) NOT NULL,
    email character varying(128),
    mobile_phone character varying(32),
    mobile_phone_e164 character varying(16),
    work_phone character varying(32),
    work_phone_e164 character varying(16),
    home_phone character varying(32),
    department character varying(128),
    extension_number character varying(64) NOT NULL,
    enabled integer NOT NULL,
    disabled_reason character varying(32),
    disabled_at double precision,
    role character varying(64) NOT NULL,
    sip_secret bytea,
    pin_secret bytea,
    password_hash text,
    photo_sha256 character varying(64),
    created_at double precision NOT NULL
);


--
-- Name: wrong_passwords; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wrong_passwords (
    tenant_id character varying(64) NOT NULL,
    account character varying(80) NOT NULL,
    count integer NOT NULL,
    locked_until double precision NOT NULL
);


--
-- Name: audit id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);


--
-- Name: budget_takes id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.budget_takes ALTER COLUMN id SET DEFAULT nextval('public.budget_takes_id_seq'::regclass);


--
-- Name: notices id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices ALTER COLUMN id SET DEFAULT nextval('public.notices_id_seq'::regclass);


--
-- Name: outbox seq; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox ALTER COLUMN seq SET DEFAULT nextval('public.outbox_seq_seq'::regclass);


--
-- Name: problems id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.problems ALTER COLUMN id SET DEFAULT nextval('public.problems_id_seq'::regclass);


--
-- Data for Name: admins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.admins VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'admin', 'scrypt$5lIMm8aLh1RpyEYo+QbTWg==$qAUowghQGrnQhACkqwmid9M7pbz9GModNdpLQzf7sMY=');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0004');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit VALUES (1, 'b545ff7683ff4ac9ab9616c3ca839bac', 1795690263.2234936, 'admin', 'settings.save', 'saved', 'application_id, contact_mailboxes, contact_personal, contact_shared, directory_id, national_cloud, sign_in_mode, sync_photo', '');
INSERT INTO public.audit VALUES (2, NULL, 1795690265.5016665, 'command line', 'smtp.set', 'ok', '127.0.0.1', '');
INSERT INTO public.audit VALUES (3, 'b545ff7683ff4ac9ab9616c3ca839bac', 1795690268.865187, 'admin', 'sign_in', 'ok', '', 'administrator, by password');
INSERT INTO public.audit VALUES (4, 'b545ff7683ff4ac9ab9616c3ca839bac', 1795690269.0924425, 'zaneta.wisniewski', 'sign_in', 'ok', '', 'with ms365 as zaneta.wisniewski@contoso.onmicrosoft.com, object id 14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.audit VALUES (5, 'b545ff7683ff4ac9ab9616c3ca839bac', 1795690269.2465081, 'zaneta.wisniewski', 'sign_in', 'ok', '', 'with ms365 as zaneta.wisniewski@contoso.onmicrosoft.com, object id 14b6838e-5cc0-4dbc-b800-3520b50ba62c');


--
-- Data for Name: blob_chunks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blob_chunks VALUES ('06109cf45da04edb9f5a1a3f121c7a54', 0, '\x524946462c206d6f7265206f72206c657373');
INSERT INTO public.blob_chunks VALUES ('7df79c77288441d7b872ddd4c6fad78c', 0, '\x7b22616374696f6e223a2264697361626c65222c227375626a656374223a2236386665316534652d613039382d343831662d396264662d333339386634396463346533222c22646973706c61795f6e616d65223a2247656f72676520436c61726b65222c226c6f67696e5f6e616d65223a2267656f7267652e636c61726b6540636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22726561736f6e223a226163636f756e745f64697361626c6564227d0a7b22616374696f6e223a2264697361626c65222c227375626a656374223a2239396137623761612d633638352d343932312d613961642d653464393632626539323565222c22646973706c61795f6e616d65223a22ce93ceb9cf8ecf81ceb3cebfcf8220ce92cebbceaccf87cebfcf82222c226c6f67696e5f6e616d65223a2267696f72676f732e766c6163686f7340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22726561736f6e223a226163636f756e745f64697361626c6564227d0a7b22616374696f6e223a2264697361626c65222c227375626a656374223a2239633539636361632d376232352d343733642d393334372d373361396433346330353330222c22646973706c61795f6e616d65223a2250617765c582205769c59b6e696577736b69222c226c6f67696e5f6e616d65223a22706177656c2e7769736e696577736b6940636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22726561736f6e223a226163636f756e745f64697361626c6564227d0a7b22616374696f6e223a2264697361626c65222c227375626a656374223a2261383235616264642d333030332d346532642d386134612d633564343330353161633436222c22646973706c61795f6e616d65223a2253c3b672656e20566fc39f222c226c6f67696e5f6e616d65223a22736f72656e2e766f737340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22726561736f6e223a226163636f756e745f64697361626c6564227d0a7b22616374696f6e223a2264697361626c65222c227375626a656374223a2261613163346661392d316438392d346531642d386130342d356637666636306466616262222c22646973706c61795f6e616d65223a22416e74c3b46e696f2064612053696c7661222c226c6f67696e5f6e616d65223a22616e746f6e696f2e64612e73696c766140636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22726561736f6e223a226163636f756e745f64697361626c6564227d0a7b22616374696f6e223a22757064617465222c227375626a656374223a2231623033336439622d353063312d343063342d396634652d346233646438616531313865222c22646973706c61795f6e616d65223a22c3966d65722059c4b16c6d617a222c226c6f67696e5f6e616d65223a226f6d65722e79696c6d617a40636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c226368616e676573223a5b7b226669656c64223a22646973706c61795f6e616d65222c226265666f7265223a224564697465642042792048616e64222c226166746572223a22c3966d65722059c4b16c6d617a227d5d7d0a7b22616374696f6e223a22656e61626c65222c227375626a656374223a2231623033336439622d353063312d343063342d396634652d346233646438616531313865222c22646973706c61795f6e616d65223a22c3966d65722059c4b16c6d617a222c226c6f67696e5f6e616d65223a226f6d65722e79696c6d617a40636f6e746f736f2e6f6e6d6963726f736f66742e636f6d227d0a7b22616374696f6e223a22637265617465222c227375626a656374223a2234653165633236382d393463312d343863622d393135362d353332336430636338303639222c22646973706c61795f6e616d65223a224d6567616e20526f6262696e73222c226c6f67696e5f6e616d65223a226d6567616e2e726f6262696e7340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d227d0a');
INSERT INTO public.blob_chunks VALUES ('db101004d60b4e6d9d0b3089cb16e085', 0, '\x36386665316534652d613039382d343831662d396264662d3333393866343964633465332064697361626c650a39396137623761612d633638352d343932312d613961642d6534643936326265393235652064697361626c650a39633539636361632d376232352d343733642d393334372d3733613964333463303533302064697361626c650a61383235616264642d333030332d346532642d386134612d6335643433303531616334362064697361626c650a61613163346661392d316438392d346531642d386130342d3566376666363064666162622064697361626c650a');


--
-- Data for Name: blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blobs VALUES ('06109cf45da04edb9f5a1a3f121c7a54', 'b545ff7683ff4ac9ab9616c3ca839bac', 'audio/wav', 18, NULL);
INSERT INTO public.blobs VALUES ('7df79c77288441d7b872ddd4c6fad78c', 'b545ff7683ff4ac9ab9616c3ca839bac', 'application/x-ndjson', 1478, 1796295067.9820325);
INSERT INTO public.blobs VALUES ('db101004d60b4e6d9d0b3089cb16e085', 'b545ff7683ff4ac9ab9616c3ca839bac', 'text/plain', 225, 1796295067.9901206);


--
-- Data for Name: budget_takes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: contact_numbers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contact_numbers VALUES ('1a72ec98937b4cfdaf612ad5c8fe3034', '+49655500177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_numbers VALUES ('1a72ec98937b4cfdaf612ad5c8fe3034', '+819055500155', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_numbers VALUES ('3331c2229c4e4a0288489b25822e258d', '+14255550177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_numbers VALUES ('cf8e604ac4d84b3589ed6ee406bdc6d9', '+34910550133', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_numbers VALUES ('7f7242c2e2f641668b989fa3cfd0c977', '+34910550177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('d311048a1ded49ae9e29db80fab0e10f', '+862155550177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('fd4336369592436bb9da52eaca353988', '+862155550133', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('faa128ce9b7a4f2689e5a0c6ff1693d9', '+4915228817355', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('faa128ce9b7a4f2689e5a0c6ff1693d9', '+493023125111', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('faa128ce9b7a4f2689e5a0c6ff1693d9', '+493023125333', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('8ab69cb3304f470e97c8f6d9dd0516db', '+49655500177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('8ab69cb3304f470e97c8f6d9dd0516db', '+819055500155', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('0ca00e1b519e4195b4713d5180a6cdc2', '+492325550177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('cacb8352dcbd4756b1aa7ebe195c8363', '+49305550100', 'b545ff7683ff4ac9ab9616c3ca839bac', 'company');
INSERT INTO public.contact_numbers VALUES ('e93bf3485d494b028bbc9b21334b668a', '+492055500177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('e93bf3485d494b028bbc9b21334b668a', '+919855500155', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('ebd59bef603044128488bfe94d2d59b1', '+34910550133', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('ee07e54ece174b9b924b081aa49cb6c5', '+442079460777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('d79dd91acbfc48e7bc502990b284244a', '+33199007777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('d51447ed41fc4902b0848b5b5a662a4b', '+492055500177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('fad496c0ed3748a9819388486b18a375', '+497700900555', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('f1e2c4f7259e41838802ce08cce3da48', '+48225550133', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_numbers VALUES ('4d744e22b80d4b7d811b65d272b54c48', '+905325550155', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('5ba9e4ef9f634fbd9fa2adb63fe16952', '+493023125777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('3575c25d2625405291f0bf32a09af46f', '+4915228817355', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('3575c25d2625405291f0bf32a09af46f', '+493023125333', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('3575c25d2625405291f0bf32a09af46f', '+493023125777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('1bb239c8d9244228868b0327ba2eb514', '+4915228817355', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('1bb239c8d9244228868b0327ba2eb514', '+493023125777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('bd5878fde7e741078d89c4a440980cda', '+902325550133', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('82aa0c04bea444aa85a31b21740f06b6', '+81655500111', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('a35fc774f686423a8b3fea31935e62f0', '+493023125777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('cd3644b48ece4a43ae977b38222e2e90', '+12065550155', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('cd3644b48ece4a43ae977b38222e2e90', '+14255550177', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('8b1ca094e3974a85b8311b11f3b936b9', '+493023125777', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');


--
-- Data for Name: contact_sources; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contact_sources VALUES ('1a72ec98937b4cfdaf612ad5c8fe3034', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'AAkALgAAUaO0WcOIbYOGWkGmYx-q2sEpIt0Lzv_rhdxQxcqO9ahRo7RZw4htg4ZaQaZjH6rawSki3QvO_-uF3FDFyo7AAA=', 'AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=', 'EQAAABYAAAecf212070b536cce', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_sources VALUES ('3331c2229c4e4a0288489b25822e258d', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAJaxZ1RKwirPq7QEvuc-_JFMWqqse8gbIKbaePCVpHZslrFnVErCKs-rtAS-5z78kUxaqqx7yBsgptp48JWkAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA9c860c6b6ef213f3', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('5d8dc42fc260441cb91b0e898d5fe9e3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAkywy2mmoOyDP24w0tQUl-E1dwdOpU4FoctSxhcfkIq2TLDLaaag7IM_bjDS1BSX4TV3B06lTgWhy1LGFx-QAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA055b8e9ace6acb4e', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('f058dfb89c074a69ad835a213c11931c', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAShhqGRyqJm1QWkeKtkBqfmxjkMvJ1GjNq2aJ3JQ1DDBKGGoZHKombVBaR4q2QGp-bGOQy8nUaM2rZonclDUAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA7c552258b02824fe', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('cf8e604ac4d84b3589ed6ee406bdc6d9', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAqjWOYobvEpIPIYPAEXmMbklo5iyt6iZ7e_6KQVzsYRSqNY5ihu8Skg8hg8AReYxuSWjmLK3qJnt7_opBXOxAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA59582ab49fb19228', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('212c52a8a1f142c99bc2e0852732652b', '9c59ccac-7b25-473d-9347-73a9d34c0530', 'AAkALgAA1fmksa3yvTNxoc0oVSlU71-a4ng7T2ZzS6I8jJMkccPV-aSxrfK9M3GhzShVKVTvX5rieDtPZnNLojyMkyRAAA=', 'AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=', 'EQAAABYAAA0f95db0dd1e3f31f', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_sources VALUES ('7f7242c2e2f641668b989fa3cfd0c977', '9c59ccac-7b25-473d-9347-73a9d34c0530', 'AAkALgAAFP49EnTDrt9bsx5PTLrKXlQplgv5TBG0pDQExBxi_tAU_j0SdMOu31uzHk9MuspeVCmWC_lMEbSkNATEHGLAAA=', 'AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=', 'EQAAABYAAAed3205a34798e4a5', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_sources VALUES ('d311048a1ded49ae9e29db80fab0e10f', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAAwelXox9c1a2sty5AgcQX38peCDlMgbxNoupXNibzxRfB6VejH1zVray3LkCBxBffyl4IOUyBvE2i6lc2JvPAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAf6f78b4fba6e0c67', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('fd4336369592436bb9da52eaca353988', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAA2MIkXjlQdZrHxAMFWrpCIOgWGThMLtNk6qUEgKMy7NXYwiReOVB1msfEAwVaukIg6BYZOEwu02TqpQSAozLAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAe07e248df291a42e', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('faa128ce9b7a4f2689e5a0c6ff1693d9', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAADxy99HHE3pssImdvHr_EXFpKaYu6bzmGM35b7E6IE58PHL30ccTemywiZ28ev8RcWkppi7pvOYYzflvsTogAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAA5376cbae3f643a39', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('8ab69cb3304f470e97c8f6d9dd0516db', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAA7Q7r0xxrpglAxatY9zZpSjIymo4r2bWlFAzHFMudHOvtDuvTHGumCUDFq1j3NmlKMjKajivZtaUUDMcUy50AAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAe536f63c688643c5', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('0ca00e1b519e4195b4713d5180a6cdc2', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAADB2IrD0724pCLph0MzAD3K9K7BSUf4D2hM7s5FX9PnoMHYisPTvbikIumHQzMAPcr0rsFJR_gPaEzuzkVf0AAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAA4f5f892b45d51406', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('cacb8352dcbd4756b1aa7ebe195c8363', '25607757-ec4b-41b4-ab56-1487835d7495', 'AAkALgAABEvnDOvPMXw-kWVZSUpWFg51r3bQNm2b-kNaz1YKKS8ES-cM688xfD6RZVlJSlYWDnWvdtA2bZv6Q1rPVgoAAA=', 'AAMkA6pnxDL53MDEKrhqFNwmcNxxmcQadecPEFn_3yq_kkmDqmfEMvncwMQquGoU3CZw3HGZxBp15w8QWf_fKr-SAAA=', 'EQAAABYAAA14e92dcfc79a65ed', 'b545ff7683ff4ac9ab9616c3ca839bac', 'company');
INSERT INTO public.contact_sources VALUES ('e93bf3485d494b028bbc9b21334b668a', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAA4ArCCiy2VH1zGidmJcfRB6KXb88VZu4Ie_Oq3vsI3KfgCsIKLLZUfXMaJ2Ylx9EHopdvzxVm7gh786re-wjAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAAa16712825a23a56a', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('ebd59bef603044128488bfe94d2d59b1', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAA4Q6klRW5FkG4t5mI-Ht10iXtefsnAyfvEtN1RDyDrynhDqSVFbkWQbi3mYj4e3XSJe15-ycDJ-8S03VEPIOAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAAc33e59be614b9f17', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('ee07e54ece174b9b924b081aa49cb6c5', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAAes7txyEK63UVgcTTh-db6F6KTMRvlaBAVEMV_vlADvB6zu3HIQrrdRWBxNOH51voXopMxG-VoEBUQxX--UAAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAA779faae7527bb021', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('d79dd91acbfc48e7bc502990b284244a', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAOWLkVQimnjrZybV92ZpkA4A9v6NLFvPlqCkJLk4KJJo5YuRVCKaeOtnJtX3ZmmQDgD2_o0sW8-WoKQkuTgoAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAA5095dba96bd10fea', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('d51447ed41fc4902b0848b5b5a662a4b', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAQqG5Ug1xnDdtF_JGfCcTs7bYmdKTfD65BG6WS14-RXtCoblSDXGcN20X8kZ8JxOzttiZ0pN8PrkEbpZLXj5AAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAbedd5c7a5780ba32', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('fad496c0ed3748a9819388486b18a375', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAACIoBtkyOQLo4puXPwjT9Wq71QzJLou_6JZbR51DJ_5UIigG2TI5Aujim5c_CNP1arvVDMkui7_olltHnUMnAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAc09263c78e07671c', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('a8ebb3c5d685434caec8108515c32825', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAl4dS4DlfoJlkkoNNb0zIheAj2PwxDhgTkyV3NhkwxJGXh1LgOV-gmWSSg01vTMiF4CPY_DEOGBOTJXc2GTDAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAf599f04b3349dbb7', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('8cf92d5ee5aa4bb5a092852f5727db5d', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAAAwKm-hCRRX_MSbXxTw7StJDWgavXgz9CQlymw2dapMYDAqb6EJFFf8xJtfFPDtK0kNaBq9eDP0JCXKbDZ1qAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAA938abe21f3be766f', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('f92e4830d0634734843a0a9887f91ed6', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA1usJwMZvsOOdxGQZlPrvepBdKMF7t0k3NfUWCnAFaqvW6wnAxm-w453EZBmU-u96kF0owXu3STc19RYKcAVAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAAe2810419c6b55ecb', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('f1e2c4f7259e41838802ce08cce3da48', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA9_MpjDMo5ct_PKYf5EYhfWUq6bobH2Hn3e67v6QA49_38ymMMyjly388ph_kRiF9ZSrpuhsfYefd7ru_pADAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAA9554076c704c12ce', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('027e27121df441d4b19e398731743961', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA2MRSXlNTkO3pZD1iIzACMWWYYbWqqOvehZs9PGQgk5rYxFJeU1OQ7elkPWIjMAIxZZhhtaqo696Fmz08ZCCAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAAa979be0cedfbf0f6', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('4d744e22b80d4b7d811b65d272b54c48', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAHYSIDN_fe0r810l3w2IAHOfZsLDzKohe67_ojfSRossdhIgM3997SvzXSXfDYgAc59mwsPMqiF7rv-iN9JGAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA56f5c1dc06a76370', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('5ba9e4ef9f634fbd9fa2adb63fe16952', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAATnwaStJrIL-3ZfdRAe4p7eAE35zp2fF41ZzvPazPRq1OfBpK0msgv7dl91EB7int4ATfnOnZ8XjVnO89rM9AAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA8563d3483ba9450d', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('3575c25d2625405291f0bf32a09af46f', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAiHtOV2Fjwjxm3Ddwr1FX7_eMUToItXZfeRkRtyDlhguIe05XYWPCPGbcN3CvUVfv94xROgi1dl95GRG3IOWAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA8aaa4d31d38e5c94', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('22528ad9dc2644a8a7dbd7a10eb5fed7', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAO7M5Ma1F7raNiIZEuBI3Lb809bwmvO8s_ZBEPfyE3Yo7szkxrUXuto2IhkS4EjctvzT1vCa87yz9kEQ9_ITAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA713016961a89329f', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('1bb239c8d9244228868b0327ba2eb514', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAA49TzCkJdseweFBVETWk7syg-ItM-_05sdXnuj8ePjSPj1PMKQl2x7B4UFURNaTuzKD4i0z7_Tmx1ee6Px4-AAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAb92df3a6eaca68d6', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('bd5878fde7e741078d89c4a440980cda', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAA6H3DirppHa5JvfqZQfBC1bQXZFxMkkqK-wO_mR6qMCPofcOKumkdrkm9-plB8ELVtBdkXEySSor7A7-ZHqoAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAdf22d8308da9622a', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('82aa0c04bea444aa85a31b21740f06b6', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAZIO3y-BqsCnBIHFWRTB39RvCDlGuMBk1SG42yN7gxZ1kg7fL4GqwKcEgcVZFMHf1G8IOUa4wGTVIbjbI3uDAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAA1f61f428de705825', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('a35fc774f686423a8b3fea31935e62f0', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAALlzVvzsAECqhpz9tdswXVNQ716XKl6nBzCbnqin9t0YuXNW_OwAQKqGnP212zBdU1DvXpcqXqcHMJueqKf2AAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAd51d8bc966c5ede3', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('cd3644b48ece4a43ae977b38222e2e90', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAh_MeG7mLcY05KDs6UHK6026g3WZQvUc3sIYOhz8zq_2H8x4buYtxjTkoOzpQcrrTbqDdZlC9Rzewhg6HPzOAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAd4efea1635532785', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('1688d6f28ef341f0899df8ee70f2a62b', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAOzPwdVR1OkjJMqnB3Boj2XloaJ2oCVms5_iuE8thD9k7M_B1VHU6SMkyqcHcGiPZeWhonagJWazn-K4Ty2EAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAA742f4ad4c91300bb', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('2c9e33dfae5a448fa76a11793979e5cd', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'AAkALgAACIlnL4WS7K5zsEYz6LlJMkzIcwe3U1-GGtnBNgOTQBMIiWcvhZLsrnOwRjPouUkyTMhzB7dTX4Ya2cE2A5NAAA=', 'AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=', 'EQAAABYAAA6a43c53d279ffc97', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');
INSERT INTO public.contact_sources VALUES ('8b1ca094e3974a85b8311b11f3b936b9', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'AAkALgAAFI2rQqcczo5_XlDBKRuMwdfHPJChAyvNMepmMe4YuEEUjatCpxzOjn9eUMEpG4zB18c8kKEDK80x6mYx7hiAAA=', 'AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=', 'EQAAABYAAAe84b5fe41349c5aa', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');


--
-- Data for Name: contacts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contacts VALUES ('1a72ec98937b4cfdaf612ad5c8fe3034', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'm365', 'AAkALgAAUaO0WcOIbYOGWkGmYx-q2sEpIt0Lzv_rhdxQxcqO9ahRo7RZw4htg4ZaQaZjH6rawSki3QvO_-uF3FDFyo7AAA=', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"email":"person.0@supplier.example","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 佐藤","type":"DraftContact"}', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"email":"person.0@supplier.example","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 佐藤","type":"DraftContact"}', 0, '健太 佐藤', '健太 佐藤
person.0@supplier.example
06-5550-0177
+49655500177
+81 90-5550-0155
+819055500155');
INSERT INTO public.contacts VALUES ('3331c2229c4e4a0288489b25822e258d', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAJaxZ1RKwirPq7QEvuc-_JFMWqqse8gbIKbaePCVpHZslrFnVErCKs-rtAS-5z78kUxaqqx7yBsgptp48JWkAAA=', '{"address":"Seattle, United States","business":{"e164":"+14255550177","raw":"+1 (425) 555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"lidia.0@supplier.example","mobile_phone":{"e164":null,"raw":"206-555-0155","type":"ContactPhone"},"name":"Lidia Archie","title":"Director","type":"DraftContact"}', '{"address":"Seattle, United States","business":{"e164":"+14255550177","raw":"+1 (425) 555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"lidia.0@supplier.example","mobile_phone":{"e164":null,"raw":"206-555-0155","type":"ContactPhone"},"name":"Lidia Archie","title":"Director","type":"DraftContact"}', 0, 'Lidia Archie', 'lidia archie
lidia.0@supplier.example
northwind traders
director
+1 (425) 555 0177
+14255550177
206-555-0155

seattle, united states');
INSERT INTO public.contacts VALUES ('5d8dc42fc260441cb91b0e898d5fe9e3', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAkywy2mmoOyDP24w0tQUl-E1dwdOpU4FoctSxhcfkIq2TLDLaaag7IM_bjDS1BSX4TV3B06lTgWhy1LGFx-QAAA=', '{"company":"Northwind Traders","email":"maisie.1@customer.example","name":"Maisie Patel","title":"Sachbearbeiterin","type":"DraftContact"}', '{"company":"Northwind Traders","email":"maisie.1@customer.example","name":"Maisie Patel","title":"Sachbearbeiterin","type":"DraftContact"}', 0, 'Maisie Patel', 'maisie patel
maisie.1@customer.example
northwind traders
sachbearbeiterin');
INSERT INTO public.contacts VALUES ('f058dfb89c074a69ad835a213c11931c', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAShhqGRyqJm1QWkeKtkBqfmxjkMvJ1GjNq2aJ3JQ1DDBKGGoZHKombVBaR4q2QGp-bGOQy8nUaM2rZonclDUAAA=', '{"email":"person.2@supplier.example","mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"杰 赵","type":"DraftContact"}', '{"email":"person.2@supplier.example","mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"杰 赵","type":"DraftContact"}', 0, '杰 赵', '杰 赵
person.2@supplier.example
13955500155
');
INSERT INTO public.contacts VALUES ('cf8e604ac4d84b3589ed6ee406bdc6d9', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAqjWOYobvEpIPIYPAEXmMbklo5iyt6iZ7e_6KQVzsYRSqNY5ihu8Skg8hg8AReYxuSWjmLK3qJnt7_opBXOxAAA=', '{"address":"Sevilla, Spain","company":"Fabrikam, Inc.","email":"raul.3@customer.example","home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Raúl de la Fuente","title":"Chef de projet","type":"DraftContact"}', '{"address":"Sevilla, Spain","company":"Fabrikam, Inc.","email":"raul.3@customer.example","home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Raúl de la Fuente","title":"Chef de projet","type":"DraftContact"}', 0, 'Raúl de la Fuente', 'raúl de la fuente
raul.3@customer.example
fabrikam, inc.
chef de projet
+34 910 55 01 33
+34910550133
sevilla, spain');
INSERT INTO public.contacts VALUES ('212c52a8a1f142c99bc2e0852732652b', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530', 'm365', 'AAkALgAA1fmksa3yvTNxoc0oVSlU71-a4ng7T2ZzS6I8jJMkccPV-aSxrfK9M3GhzShVKVTvX5rieDtPZnNLojyMkyRAAA=', '{"business":{"e164":null,"raw":"910 55 01 77","type":"ContactPhone"},"company":"Adventure Works","email":"inaki.0@customer.example","home_phone":{"e164":null,"raw":"910 55 01 33","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"655 500 155","type":"ContactPhone"},"name":"Iñaki Peña","type":"DraftContact"}', '{"business":{"e164":null,"raw":"910 55 01 77","type":"ContactPhone"},"company":"Adventure Works","email":"inaki.0@customer.example","home_phone":{"e164":null,"raw":"910 55 01 33","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"655 500 155","type":"ContactPhone"},"name":"Iñaki Peña","type":"DraftContact"}', 0, 'Iñaki Peña', 'iñaki peña
inaki.0@customer.example
adventure works
910 55 01 77

655 500 155

910 55 01 33
');
INSERT INTO public.contacts VALUES ('7f7242c2e2f641668b989fa3cfd0c977', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530', 'm365', 'AAkALgAAFP49EnTDrt9bsx5PTLrKXlQplgv5TBG0pDQExBxi_tAU_j0SdMOu31uzHk9MuspeVCmWC_lMEbSkNATEHGLAAA=', '{"business":{"e164":"+34910550177","raw":"+34 910 55 01 77","type":"ContactPhone"},"company":"Contoso","email":"nuria.1@supplier.example","mobile_phone":{"e164":null,"raw":"655 500 155","type":"ContactPhone"},"name":"Núria Ortega y Gasset","title":"Account Manager","type":"DraftContact"}', '{"business":{"e164":"+34910550177","raw":"+34 910 55 01 77","type":"ContactPhone"},"company":"Contoso","email":"nuria.1@supplier.example","mobile_phone":{"e164":null,"raw":"655 500 155","type":"ContactPhone"},"name":"Núria Ortega y Gasset","title":"Account Manager","type":"DraftContact"}', 0, 'Núria Ortega y Gasset', 'núria ortega y gasset
nuria.1@supplier.example
contoso
account manager
+34 910 55 01 77
+34910550177
655 500 155
');
INSERT INTO public.contacts VALUES ('d311048a1ded49ae9e29db80fab0e10f', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAAwelXox9c1a2sty5AgcQX38peCDlMgbxNoupXNibzxRfB6VejH1zVray3LkCBxBffyl4IOUyBvE2i6lc2JvPAAA=', '{"business":{"e164":"+862155550177","raw":"+86 21 5555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"person.0@supplier.example","name":"敏 李","title":"Assistant","type":"DraftContact"}', '{"business":{"e164":"+862155550177","raw":"+86 21 5555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"person.0@supplier.example","name":"敏 李","title":"Assistant","type":"DraftContact"}', 0, '敏 李', '敏 李
person.0@supplier.example
northwind traders
assistant
+86 21 5555 0177
+862155550177');
INSERT INTO public.contacts VALUES ('fd4336369592436bb9da52eaca353988', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAA2MIkXjlQdZrHxAMFWrpCIOgWGThMLtNk6qUEgKMy7NXYwiReOVB1msfEAwVaukIg6BYZOEwu02TqpQSAozLAAA=', '{"home_phone":{"e164":"+862155550133","raw":"+86 21 5555 0133","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"芳 陈","type":"DraftContact"}', '{"home_phone":{"e164":"+862155550133","raw":"+86 21 5555 0133","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"芳 陈","type":"DraftContact"}', 0, '芳 陈', '芳 陈
13955500155

+86 21 5555 0133
+862155550133');
INSERT INTO public.contacts VALUES ('faa128ce9b7a4f2689e5a0c6ff1693d9', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAADxy99HHE3pssImdvHr_EXFpKaYu6bzmGM35b7E6IE58PHL30ccTemywiZ28ev8RcWkppi7pvOYYzflvsTogAAA=', '{"business":{"e164":null,"raw":"４２５－５５５－０１２３","type":"ContactPhone"},"business2":{"e164":"+493023125111","raw":"+49 (0)30 23125111","type":"ContactPhone"},"email":"mia.2@supplier.example","home_phone":{"e164":"+493023125333","raw":"+49 30 23125 333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Mia Böhm","title":"Retail Manager","type":"DraftContact"}', '{"business":{"e164":null,"raw":"４２５－５５５－０１２３","type":"ContactPhone"},"business2":{"e164":"+493023125111","raw":"+49 (0)30 23125111","type":"ContactPhone"},"email":"mia.2@supplier.example","home_phone":{"e164":"+493023125333","raw":"+49 30 23125 333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Mia Böhm","title":"Retail Manager","type":"DraftContact"}', 0, 'Mia Böhm', 'mia böhm
mia.2@supplier.example
retail manager
４２５－５５５－０１２３

+49 (0)30 23125111
+493023125111
0152 28817 355
+4915228817355
+49 30 23125 333
+493023125333');
INSERT INTO public.contacts VALUES ('8ab69cb3304f470e97c8f6d9dd0516db', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAA7Q7r0xxrpglAxatY9zZpSjIymo4r2bWlFAzHFMudHOvtDuvTHGumCUDFq1j3NmlKMjKajivZtaUUDMcUy50AAA=', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"company":"Adventure Works","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 高橋","title":"Buyer","type":"DraftContact"}', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"company":"Adventure Works","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 高橋","title":"Buyer","type":"DraftContact"}', 0, '健太 高橋', '健太 高橋
adventure works
buyer
06-5550-0177
+49655500177
+81 90-5550-0155
+819055500155');
INSERT INTO public.contacts VALUES ('0ca00e1b519e4195b4713d5180a6cdc2', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAADB2IrD0724pCLph0MzAD3K9K7BSUf4D2hM7s5FX9PnoMHYisPTvbikIumHQzMAPcr0rsFJR_gPaEzuzkVf0AAA=', '{"business":{"e164":"+492325550177","raw":"(0232) 555 01 77","type":"ContactPhone"},"company":"Contoso","name":"Yağmur Kılıç","title":"Assistant","type":"DraftContact"}', '{"business":{"e164":"+492325550177","raw":"(0232) 555 01 77","type":"ContactPhone"},"company":"Contoso","name":"Yağmur Kılıç","title":"Assistant","type":"DraftContact"}', 0, 'Yağmur Kılıç', 'yağmur kılıç
contoso
assistant
(0232) 555 01 77
+492325550177');
INSERT INTO public.contacts VALUES ('cacb8352dcbd4756b1aa7ebe195c8363', 'b545ff7683ff4ac9ab9616c3ca839bac', 'company', 'm365', '25607757-ec4b-41b4-ab56-1487835d7495/AAkALgAABEvnDOvPMXw-kWVZSUpWFg51r3bQNm2b-kNaz1YKKS8ES-cM688xfD6RZVlJSlYWDnWvdtA2bZv6Q1rPVgoAAA=', '{"business":{"e164":"+49305550100","raw":"+49 30 5550100","type":"ContactPhone"},"name":"Zoë Customer","type":"DraftContact"}', '{"business":{"e164":"+49305550100","raw":"+49 30 5550100","type":"ContactPhone"},"name":"Zoë Customer","type":"DraftContact"}', 0, 'Zoë Customer', 'zoë customer
+49 30 5550100
+49305550100');
INSERT INTO public.contacts VALUES ('e93bf3485d494b028bbc9b21334b668a', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAA4ArCCiy2VH1zGidmJcfRB6KXb88VZu4Ie_Oq3vsI3KfgCsIKLLZUfXMaJ2Ylx9EHopdvzxVm7gh786re-wjAAA=', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+919855500155","raw":"+91 98555 00155","type":"ContactPhone"},"name":"Priya Reddy","type":"DraftContact"}', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+919855500155","raw":"+91 98555 00155","type":"ContactPhone"},"name":"Priya Reddy","type":"DraftContact"}', 0, 'Priya Reddy', 'priya reddy
wingtip & söhne
020-55500177
+492055500177
+91 98555 00155
+919855500155');
INSERT INTO public.contacts VALUES ('ebd59bef603044128488bfe94d2d59b1', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAA4Q6klRW5FkG4t5mI-Ht10iXtefsnAyfvEtN1RDyDrynhDqSVFbkWQbi3mYj4e3XSJe15-ycDJ-8S03VEPIOAAA=', '{"home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Martín García López","title":"CEO","type":"DraftContact"}', '{"home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Martín García López","title":"CEO","type":"DraftContact"}', 0, 'Martín García López', 'martín garcía lópez
ceo
+34 910 55 01 33
+34910550133');
INSERT INTO public.contacts VALUES ('ee07e54ece174b9b924b081aa49cb6c5', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAAes7txyEK63UVgcTTh-db6F6KTMRvlaBAVEMV_vlADvB6zu3HIQrrdRWBxNOH51voXopMxG-VoEBUQxX--UAAAA=', '{"business":{"e164":"+442079460777","raw":"+44 20 7946 0777","type":"ContactPhone"},"company":"Northwind Traders","email":"maisie.2@supplier.example","mobile_phone":{"e164":null,"raw":"+44 7700 900555","type":"ContactPhone"},"name":"Maisie Evans","title":"Sachbearbeiterin","type":"DraftContact"}', '{"business":{"e164":"+442079460777","raw":"+44 20 7946 0777","type":"ContactPhone"},"company":"Northwind Traders","email":"maisie.2@supplier.example","mobile_phone":{"e164":null,"raw":"+44 7700 900555","type":"ContactPhone"},"name":"Maisie Evans","title":"Sachbearbeiterin","type":"DraftContact"}', 0, 'Maisie Evans', 'maisie evans
maisie.2@supplier.example
northwind traders
sachbearbeiterin
+44 20 7946 0777
+442079460777
+44 7700 900555
');
INSERT INTO public.contacts VALUES ('d79dd91acbfc48e7bc502990b284244a', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAOWLkVQimnjrZybV92ZpkA4A9v6NLFvPlqCkJLk4KJJo5YuRVCKaeOtnJtX3ZmmQDgD2_o0sW8-WoKQkuTgoAAA=', '{"business":{"e164":"+33199007777","raw":"+33 1 99 00 77 77","type":"ContactPhone"},"company":"Northwind Traders","home_phone":{"e164":null,"raw":"01 99 00 33 33","type":"ContactPhone"},"name":"Chloé Lefèvre","title":"Account Manager","type":"DraftContact"}', '{"business":{"e164":"+33199007777","raw":"+33 1 99 00 77 77","type":"ContactPhone"},"company":"Northwind Traders","home_phone":{"e164":null,"raw":"01 99 00 33 33","type":"ContactPhone"},"name":"Chloé Lefèvre","title":"Account Manager","type":"DraftContact"}', 0, 'Chloé Lefèvre', 'chloé lefèvre
northwind traders
account manager
+33 1 99 00 77 77
+33199007777
01 99 00 33 33
');
INSERT INTO public.contacts VALUES ('d51447ed41fc4902b0848b5b5a662a4b', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAQqG5Ug1xnDdtF_JGfCcTs7bYmdKTfD65BG6WS14-RXtCoblSDXGcN20X8kZ8JxOzttiZ0pN8PrkEbpZLXj5AAA=', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":null,"raw":"98555 00155","type":"ContactPhone"},"name":"Aarav Iyer","title":"Designer","type":"DraftContact"}', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":null,"raw":"98555 00155","type":"ContactPhone"},"name":"Aarav Iyer","title":"Designer","type":"DraftContact"}', 0, 'Aarav Iyer', 'aarav iyer
wingtip & söhne
designer
020-55500177
+492055500177
98555 00155
');
INSERT INTO public.contacts VALUES ('fad496c0ed3748a9819388486b18a375', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAACIoBtkyOQLo4puXPwjT9Wq71QzJLou_6JZbR51DJ_5UIigG2TI5Aujim5c_CNP1arvVDMkui7_olltHnUMnAAA=', '{"company":"Fabrikam, Inc.","mobile_phone":{"e164":"+497700900555","raw":"07700 900555","type":"ContactPhone"},"name":"Amelia Wright","type":"DraftContact"}', '{"company":"Fabrikam, Inc.","mobile_phone":{"e164":"+497700900555","raw":"07700 900555","type":"ContactPhone"},"name":"Amelia Wright","type":"DraftContact"}', 0, 'Amelia Wright', 'amelia wright
fabrikam, inc.
07700 900555
+497700900555');
INSERT INTO public.contacts VALUES ('a8ebb3c5d685434caec8108515c32825', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAl4dS4DlfoJlkkoNNb0zIheAj2PwxDhgTkyV3NhkwxJGXh1LgOV-gmWSSg01vTMiF4CPY_DEOGBOTJXc2GTDAAA=', '{"company":"Wingtip & Söhne","email":"malgorzata.3@customer.example","home_phone":{"e164":null,"raw":"(22) 555-01-33","type":"ContactPhone"},"name":"Małgorzata Nowak","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"malgorzata.3@customer.example","home_phone":{"e164":null,"raw":"(22) 555-01-33","type":"ContactPhone"},"name":"Małgorzata Nowak","type":"DraftContact"}', 0, 'Małgorzata Nowak', 'małgorzata nowak
malgorzata.3@customer.example
wingtip & söhne
(22) 555-01-33
');
INSERT INTO public.contacts VALUES ('8cf92d5ee5aa4bb5a092852f5727db5d', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAAAwKm-hCRRX_MSbXxTw7StJDWgavXgz9CQlymw2dapMYDAqb6EJFFf8xJtfFPDtK0kNaBq9eDP0JCXKbDZ1qAAA=', '{"email":"person.0@supplier.example","name":"敏 王","type":"DraftContact"}', '{"email":"person.0@supplier.example","name":"敏 王","type":"DraftContact"}', 0, '敏 王', '敏 王
person.0@supplier.example');
INSERT INTO public.contacts VALUES ('f92e4830d0634734843a0a9887f91ed6', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA1usJwMZvsOOdxGQZlPrvepBdKMF7t0k3NfUWCnAFaqvW6wnAxm-w453EZBmU-u96kF0owXu3STc19RYKcAVAAA=', '{"address":"São Paulo, Brazil","company":"Tailspin Toys","email":"vinicius.1@supplier.example","name":"Vinícius dos Santos","type":"DraftContact"}', '{"address":"São Paulo, Brazil","company":"Tailspin Toys","email":"vinicius.1@supplier.example","name":"Vinícius dos Santos","type":"DraftContact"}', 0, 'Vinícius dos Santos', 'vinícius dos santos
vinicius.1@supplier.example
tailspin toys
são paulo, brazil');
INSERT INTO public.contacts VALUES ('f1e2c4f7259e41838802ce08cce3da48', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA9_MpjDMo5ct_PKYf5EYhfWUq6bobH2Hn3e67v6QA49_38ymMMyjly388ph_kRiF9ZSrpuhsfYefd7ru_pADAAA=', '{"company":"Wingtip & Söhne","email":"zaneta.2@customer.example","home_phone":{"e164":"+48225550133","raw":"+48 22 555 01 33","type":"ContactPhone"},"name":"Żaneta Kamiński","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"zaneta.2@customer.example","home_phone":{"e164":"+48225550133","raw":"+48 22 555 01 33","type":"ContactPhone"},"name":"Żaneta Kamiński","type":"DraftContact"}', 0, 'Żaneta Kamiński', 'żaneta kamiński
zaneta.2@customer.example
wingtip & söhne
+48 22 555 01 33
+48225550133');
INSERT INTO public.contacts VALUES ('027e27121df441d4b19e398731743961', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA2MRSXlNTkO3pZD1iIzACMWWYYbWqqOvehZs9PGQgk5rYxFJeU1OQ7elkPWIjMAIxZZhhtaqo696Fmz08ZCCAAA=', '{"company":"Fabrikam, Inc.","email":"joao.3@supplier.example","mobile_phone":{"e164":null,"raw":"(11) 95550-0155","type":"ContactPhone"},"name":"João Brandão","title":"Retail Manager","type":"DraftContact"}', '{"company":"Fabrikam, Inc.","email":"joao.3@supplier.example","mobile_phone":{"e164":null,"raw":"(11) 95550-0155","type":"ContactPhone"},"name":"João Brandão","title":"Retail Manager","type":"DraftContact"}', 0, 'João Brandão', 'joão brandão
joao.3@supplier.example
fabrikam, inc.
retail manager
(11) 95550-0155
');
INSERT INTO public.contacts VALUES ('4d744e22b80d4b7d811b65d272b54c48', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAHYSIDN_fe0r810l3w2IAHOfZsLDzKohe67_ojfSRossdhIgM3997SvzXSXfDYgAc59mwsPMqiF7rv-iN9JGAAA=', '{"company":"Wingtip & Söhne","email":"yagmur.0@supplier.example","mobile_phone":{"e164":"+905325550155","raw":"+90 532 555 01 55","type":"ContactPhone"},"name":"Yağmur Şahin","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"yagmur.0@supplier.example","mobile_phone":{"e164":"+905325550155","raw":"+90 532 555 01 55","type":"ContactPhone"},"name":"Yağmur Şahin","type":"DraftContact"}', 0, 'Yağmur Şahin', 'yağmur şahin
yagmur.0@supplier.example
wingtip & söhne
+90 532 555 01 55
+905325550155');
INSERT INTO public.contacts VALUES ('5ba9e4ef9f634fbd9fa2adb63fe16952', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAATnwaStJrIL-3ZfdRAe4p7eAE35zp2fF41ZzvPazPRq1OfBpK0msgv7dl91EB7int4ATfnOnZ8XjVnO89rM9AAA=', '{"address":"Hamburg, Germany","business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"email":"bjorn.1@customer.example","name":"Björn Schäfer","title":"Account Manager","type":"DraftContact"}', '{"address":"Hamburg, Germany","business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"email":"bjorn.1@customer.example","name":"Björn Schäfer","title":"Account Manager","type":"DraftContact"}', 0, 'Björn Schäfer', 'björn schäfer
bjorn.1@customer.example
account manager
030 / 23125-777
+493023125777
hamburg, germany');
INSERT INTO public.contacts VALUES ('3575c25d2625405291f0bf32a09af46f', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAiHtOV2Fjwjxm3Ddwr1FX7_eMUToItXZfeRkRtyDlhguIe05XYWPCPGbcN3CvUVfv94xROgi1dl95GRG3IOWAAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Adventure Works","email":"soren.2@customer.example","home_phone":{"e164":"+493023125333","raw":"030 / 23125-333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"+49 152 28817355","type":"ContactPhone"},"name":"Sören Lindner","title":"Analyst","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Adventure Works","email":"soren.2@customer.example","home_phone":{"e164":"+493023125333","raw":"030 / 23125-333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"+49 152 28817355","type":"ContactPhone"},"name":"Sören Lindner","title":"Analyst","type":"DraftContact"}', 0, 'Sören Lindner', 'sören lindner
soren.2@customer.example
adventure works
analyst
+49 30 23125 777
+493023125777
+49 152 28817355
+4915228817355
030 / 23125-333
+493023125333');
INSERT INTO public.contacts VALUES ('22528ad9dc2644a8a7dbd7a10eb5fed7', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAO7M5Ma1F7raNiIZEuBI3Lb809bwmvO8s_ZBEPfyE3Yo7szkxrUXuto2IhkS4EjctvzT1vCa87yz9kEQ9_ITAAA=', '{"company":"Adventure Works","email":"siobhan.3@supplier.example","name":"Siobhán Wright","type":"DraftContact"}', '{"company":"Adventure Works","email":"siobhan.3@supplier.example","name":"Siobhán Wright","type":"DraftContact"}', 0, 'Siobhán Wright', 'siobhán wright
siobhan.3@supplier.example
adventure works');
INSERT INTO public.contacts VALUES ('1bb239c8d9244228868b0327ba2eb514', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAA49TzCkJdseweFBVETWk7syg-ItM-_05sdXnuj8ePjSPj1PMKQl2x7B4UFURNaTuzKD4i0z7_Tmx1ee6Px4-AAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Tailspin Toys","email":"jurgen.0@supplier.example","mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Jürgen Arndt","title":"CEO","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Tailspin Toys","email":"jurgen.0@supplier.example","mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Jürgen Arndt","title":"CEO","type":"DraftContact"}', 0, 'Jürgen Arndt', 'jürgen arndt
jurgen.0@supplier.example
tailspin toys
ceo
+49 30 23125 777
+493023125777
0152 28817 355
+4915228817355');
INSERT INTO public.contacts VALUES ('bd5878fde7e741078d89c4a440980cda', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAA6H3DirppHa5JvfqZQfBC1bQXZFxMkkqK-wO_mR6qMCPofcOKumkdrkm9-plB8ELVtBdkXEySSor7A7-ZHqoAAA=', '{"company":"Wingtip & Söhne","email":"yagmur.1@supplier.example","home_phone":{"e164":"+902325550133","raw":"+90 232 555 01 33","type":"ContactPhone"},"name":"Yağmur Çelik","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"yagmur.1@supplier.example","home_phone":{"e164":"+902325550133","raw":"+90 232 555 01 33","type":"ContactPhone"},"name":"Yağmur Çelik","type":"DraftContact"}', 0, 'Yağmur Çelik', 'yağmur çelik
yagmur.1@supplier.example
wingtip & söhne
+90 232 555 01 33
+902325550133');
INSERT INTO public.contacts VALUES ('82aa0c04bea444aa85a31b21740f06b6', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAZIO3y-BqsCnBIHFWRTB39RvCDlGuMBk1SG42yN7gxZ1kg7fL4GqwKcEgcVZFMHf1G8IOUa4wGTVIbjbI3uDAAA=', '{"business":{"e164":null,"raw":"VIP 1-800-CONTOSO","type":"ContactPhone"},"business2":{"e164":"+81655500111","raw":"+81 6-5550-0111","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"person.2@customer.example","mobile_phone":{"e164":null,"raw":"090-5550-0155","type":"ContactPhone"},"name":"美咲 渡辺","title":"Engineer","type":"DraftContact"}', '{"business":{"e164":null,"raw":"VIP 1-800-CONTOSO","type":"ContactPhone"},"business2":{"e164":"+81655500111","raw":"+81 6-5550-0111","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"person.2@customer.example","mobile_phone":{"e164":null,"raw":"090-5550-0155","type":"ContactPhone"},"name":"美咲 渡辺","title":"Engineer","type":"DraftContact"}', 0, '美咲 渡辺', '美咲 渡辺
person.2@customer.example
fabrikam, inc.
engineer
vip 1-800-contoso

+81 6-5550-0111
+81655500111
090-5550-0155
');
INSERT INTO public.contacts VALUES ('a35fc774f686423a8b3fea31935e62f0', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAALlzVvzsAECqhpz9tdswXVNQ716XKl6nBzCbnqin9t0YuXNW_OwAQKqGnP212zBdU1DvXpcqXqcHMJueqKf2AAA=', '{"business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"greta.3@customer.example","name":"Greta Böhm","title":"Engineer","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"greta.3@customer.example","name":"Greta Böhm","title":"Engineer","type":"DraftContact"}', 0, 'Greta Böhm', 'greta böhm
greta.3@customer.example
fabrikam, inc.
engineer
030 / 23125-777
+493023125777');
INSERT INTO public.contacts VALUES ('cd3644b48ece4a43ae977b38222e2e90', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAh_MeG7mLcY05KDs6UHK6026g3WZQvUc3sIYOhz8zq_2H8x4buYtxjTkoOzpQcrrTbqDdZlC9Rzewhg6HPzOAAA=', '{"business":{"e164":"+14255550177","raw":"+1 425-555-0177","type":"ContactPhone"},"company":"Wingtip & Söhne","email":"diego.4@supplier.example","mobile_phone":{"e164":"+12065550155","raw":"+1206555 0155","type":"ContactPhone"},"name":"Diego Wilke","type":"DraftContact"}', '{"business":{"e164":"+14255550177","raw":"+1 425-555-0177","type":"ContactPhone"},"company":"Wingtip & Söhne","email":"diego.4@supplier.example","mobile_phone":{"e164":"+12065550155","raw":"+1206555 0155","type":"ContactPhone"},"name":"Diego Wilke","type":"DraftContact"}', 0, 'Diego Wilke', 'diego wilke
diego.4@supplier.example
wingtip & söhne
+1 425-555-0177
+14255550177
+1206555 0155
+12065550155');
INSERT INTO public.contacts VALUES ('1688d6f28ef341f0899df8ee70f2a62b', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAOzPwdVR1OkjJMqnB3Boj2XloaJ2oCVms5_iuE8thD9k7M_B1VHU6SMkyqcHcGiPZeWhonagJWazn-K4Ty2EAAA=', '{"company":"Tailspin Toys","name":"Ulrike Möller","title":"Chef de projet","type":"DraftContact"}', '{"company":"Tailspin Toys","name":"Ulrike Möller","title":"Chef de projet","type":"DraftContact"}', 0, 'Ulrike Möller', 'ulrike möller
tailspin toys
chef de projet');
INSERT INTO public.contacts VALUES ('2c9e33dfae5a448fa76a11793979e5cd', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'm365', 'AAkALgAACIlnL4WS7K5zsEYz6LlJMkzIcwe3U1-GGtnBNgOTQBMIiWcvhZLsrnOwRjPouUkyTMhzB7dTX4Ya2cE2A5NAAA=', '{"company":"Northwind Traders","name":"Νίκος Οικονόμου","title":"Engineer","type":"DraftContact"}', '{"company":"Northwind Traders","name":"Νίκος Οικονόμου","title":"Engineer","type":"DraftContact"}', 0, 'Νίκος Οικονόμου', 'νίκοσ οικονόμου
northwind traders
engineer');
INSERT INTO public.contacts VALUES ('8b1ca094e3974a85b8311b11f3b936b9', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'm365', 'AAkALgAAFI2rQqcczo5_XlDBKRuMwdfHPJChAyvNMepmMe4YuEEUjatCpxzOjn9eUMEpG4zB18c8kKEDK80x6mYx7hiAAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"email":"finn.1@customer.example","name":"Finn Schäfer","title":"Retail Manager","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"email":"finn.1@customer.example","name":"Finn Schäfer","title":"Retail Manager","type":"DraftContact"}', 0, 'Finn Schäfer', 'finn schäfer
finn.1@customer.example
retail manager
+49 30 23125 777
+493023125777');
INSERT INTO public.contacts VALUES ('4f11b9af74924bc08bb28821503d3cb7', 'b545ff7683ff4ac9ab9616c3ca839bac', 'company', NULL, NULL, '{"name":"Hand Made","type":"DraftContact"}', NULL, 0, 'Hand Made', 'hand made');
INSERT INTO public.contacts VALUES ('d4cf55e547fd4f28a76813cd23467b06', 'b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', NULL, NULL, '{"name":"Private","type":"DraftContact"}', NULL, 0, 'Private', 'private');


--
-- Data for Name: data_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.data_keys VALUES ('beb0917b0d584d74aa3b1e6f57ac5212', '\x6bb941e3e7c9713677b346046eb09605ee605804dce58e797e7ddde56b3715eabafcadf174833e4bd256350cc1aaac637f40191ebdccdbad6ffe8c3f', 1795690265.8068836);


--
-- Data for Name: due; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.due VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 1795734021, 3, 0, 'vm|25951|633261');


--
-- Data for Name: flows; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.flows VALUES ('2695bd2bb525c0bc215b2d3e00a12ec021a804480099db105d6b9224f82f6fe5', 'b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'a4ea5664c638d5ddc7e7a8ac2a3d872df772139b29a4b94558602a8cb50b1def', '\xbeb0917b0d584d74aa3b1e6f57ac521216e4627b42909714ffd39defb9b60c6f9e0c12c0513f8ce4bb804aa6178b517a82dd32871975d37ba87485e81009f934bca82521a951c8c16e4f4aa2ddb08084c3532ced9c12d3df981b4d43937cf8e46c49f77d645f320559326bdbe302dc7e5a7b73a339a24496d5e6899bfaa33a18b543e47ac2ac060948257f68514fbe5d40463a17a134370ae89bc2fe84fd1cfd1dcef58eac7cf64a1d197eef171870c0b4762a123d14b34f72d99959fadd31afb263dd9d52ddab1795f20500ffbdb7e1155a3ab0bda13c1b7fbc93a7cd78012b20ca1534cd2bfa1d4ef1a296775b59414662e6acee0c70e8af43fd0e74635812c236592c86ae03f7b03e4d12862176c9b33380d79da6a1844d0a13ba0d8d8606746e8c21adb777f51aa75452998b8083c944c5f534b3a18992b09645c432f2e2317543e77de189e3037c3a69214b99b0ae597eb46318e2afc6e86584edc61a5654bd796eb6683e68f80216e052c3879cc5c5474a1a4fd6b5d83b6a235936d2dec41360ef1dea2af9c7dcc6e0b0e33d1aa2ee2c3399778b5e120d32306649f84ed86ce27c4e387fdccda66c0ec8a076bc797d6f00cb2a81bce1675f02c015d8343516f00a9fa4e7a989588c9882eb271344cbcddc6e8693dce55af94bfacf8d4c42c642ec8ea30e6a745834cd0fdd262beb528bf86337023d7db7acb2e6dab752628320038178cc6b2d3c94135bb4d1182a237fc20fe297023bd1252a50e7cb03ff435795a2dd0eec1f23c8ebf2862a7af7dd3c233601f2c078df1f', 1795690269.2965026, 1795690869.296106);


--
-- Data for Name: links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', '0456f458916f4f4f8b7877877b982293', 'Żaneta Wiśniewski', 'zaneta.wisniewski@contoso.onmicrosoft.com', NULL, NULL, 'Engineering', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', '6888e45bcd4c49aeb7bfa9a00b63023e', 'Ömer Yılmaz', 'omer.yilmaz@contoso.onmicrosoft.com', '0532 555 01 69', NULL, 'Ventes & Support', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'afbc66bae2db42078590ea0ea22d48e9', 'Megan Robbins', 'megan.robbins@contoso.onmicrosoft.com', NULL, '425.555.0172', 'Customer Service', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'c73150aecb0c4c17b6b6d5e3305190ef', 'George Clarke', 'george.clarke@contoso.onmicrosoft.com', '07700 900421', '020 7946 0141', 'Human Resources', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', '645cfb530f2b4ef98870ee8804781e64', 'Γιώργος Βλάχος', 'giorgos.vlachos@contoso.onmicrosoft.com', '+30 694 555 0148', '+30 21 5550 0101', 'Ventes & Support', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '9c59ccac-7b25-473d-9347-73a9d34c0530', 'b37c211a6ea84fd9867c56439346838c', 'Paweł Wiśniewski', 'pawel.wisniewski@contoso.onmicrosoft.com', '+48 500 555 024', '(22) 555-01-15', 'Operations', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'c404b42faf224b9a8f15abded4207354', 'Sören Voß', 'soren.voss@contoso.onmicrosoft.com', NULL, '030 / 23125-666', 'Finance', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', '3ed3539eca2945f0bbe4f5a31948beb5', 'Antônio da Silva', 'antonio.da.silva@contoso.onmicrosoft.com', '+55 11 95550-0184', '(11) 5550-0131', 'R&D', 1, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '238979bb-4ea5-4e6d-bbae-5f2693931e02', '379e92a338ff429ab0ab52c62ac3536f', 'Grady Bowen', 'grady.bowen@contoso.onmicrosoft.com', '206-555-0168', '425.555.0114', 'R&D', 0, NULL);
INSERT INTO public.links VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '07720016-b442-5c01-8e92-51bbce490da3', '420c7357-0280-4b0c-89e3-087f5102cc56', '502175c1665042e6a625ec0991299a9e', 'Lukas Voß', 'lukas.voss@contoso.onmicrosoft.com', '+49 152 28817333', '+49 (0)30 23125751', 'R&D', 0, NULL);


--
-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.meta VALUES ('schema_version', '4 or newer');


--
-- Data for Name: notices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.notices VALUES (1, 'b545ff7683ff4ac9ab9616c3ca839bac', 'key', 1795690265.849153, 'warning', 'The certificate ends', 'Make a new key pair.');
INSERT INTO public.notices VALUES (2, 'b545ff7683ff4ac9ab9616c3ca839bac', 'm365:m365.users.approval', 1795690267.9971602, 'warning', 'The Microsoft 365 sync waits for your approval', '5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.');


--
-- Data for Name: number_cursors; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.number_cursors VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 101, 113);
INSERT INTO public.number_cursors VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', 101, 102);


--
-- Data for Name: numbers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '555', 555, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '666', 666, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '777', 777, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '888', 888, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '101', 101, '0456f458916f4f4f8b7877877b982293', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '102', 102, '6888e45bcd4c49aeb7bfa9a00b63023e', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '103', 103, '379e92a338ff429ab0ab52c62ac3536f', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '238979bb-4ea5-4e6d-bbae-5f2693931e02', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '104', 104, '502175c1665042e6a625ec0991299a9e', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '420c7357-0280-4b0c-89e3-087f5102cc56', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '106', 106, 'c73150aecb0c4c17b6b6d5e3305190ef', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '107', 107, '645cfb530f2b4ef98870ee8804781e64', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '108', 108, 'b37c211a6ea84fd9867c56439346838c', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '9c59ccac-7b25-473d-9347-73a9d34c0530', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '109', 109, 'c404b42faf224b9a8f15abded4207354', NULL, '07720016-b442-5c01-8e92-51bbce490da3', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '110', 110, '3ed3539eca2945f0bbe4f5a31948beb5', NULL, '07720016-b442-5c01-8e92-51bbce490da3', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '111', 111, '886e10f9afe14d9a96c58668b26fc20a', NULL, NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '112', 112, NULL, NULL, NULL, NULL, 1795690264.0179398);
INSERT INTO public.numbers VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', '105', 105, NULL, NULL, '07720016-b442-5c01-8e92-51bbce490da3', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 1795690264.0229633);
INSERT INTO public.numbers VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', '555', 555, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', '666', 666, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', '777', 777, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', '888', 888, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', '101', 101, '072995e9f4b74e1eb7ce1d80ca15d407', NULL, NULL, NULL, NULL);


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox VALUES (1, 'waiting', 'b545ff7683ff4ac9ab9616c3ca839bac', 'voicemail', 5, 'queued', 1, 1795690265.862127, 'Voicemail for %%NAME%%', '["somebody@customer.example"]', '[]', '\xbeb0917b0d584d74aa3b1e6f57ac521231a31bc233ee6354b07e69256f0f5a3ec5f8fa91d131a64c8eab630d52cffa41320bb4c9f8ca4ebe29d196cadc0c61c6710918a8b2a8f735d887b5be355220e715fda52da162f7a672ac9878ac8c0b96bc25d69633baa3a8a250122d857116f5ffbc76e3105db99b0ed76d8bde6b4f48644726e3462653ebf0894ab15e8ab88e5c43f8eb6d7f6b08f4966a174dfd43174ce67590c5382565f8a38a02119e404586c4630a2320ab0591c7e3dc667047c501788af5b3d553aa107a432ee569aee9d47e5bdb2eba2ea7af1235593930a6d8f9cf1c904de05cd233e0404a307181651d08c6ab1eb213226594f3281a259a9dd9ce0ff7f27d7353dfced1fdaa355ea72bc5058ee44edf29c2b7905b423d463e24548e0457fb6fff09dd3390a0f0256205525f8e7780098b681eff6c6374641ed3b38ef37a2240609a292a037d10d476ee72ba6cf24f7c6b6fc6d081684934f1bcf6a54c69f2ca8cd392af4725e6bf7fd947d9c8db42b2214aa45ce7f49b1cc308698b231352460833e90ac781f6a3b17bae4c0b6b086050413d58491e5f87ee8ec9c7720f9eb2994dfc2bf267bbda747e3d0f3eee0da4506486ebaf7f9d5ce88face10b6486b02599c761484c0f37397d95a31c8fd812ed4f27b2acf136ca356c437c905e4df8da31f0842ccbd70c594371f7aaac2bf5eb5e53d5b5dcb7f235e2c367a78a89f898c321ee9f54dcc08626d5ecb37e973a67bd63b0034d8e877bc3d64a6acc2c088e0a6c3d636f06cf11c0e24aeed5d05a8ae30bb050a6fa44fd3e745d60369a427afd50122243e71b753087e29471a920ac04392a57a7172514a9b75084b6aa81ec687030e55a95c8e10e6bc2f9a88b18c375bbb6805992019b98e1239c63f457ed353515d507c8803ff2a7af5fd6a01485f247426f5eb2846fbaf06e3b53e3184f53f497130d5d60fd7f', 1795690265.862127, 1795690265.862127, 1795949465.862127, 0, 0, 0, NULL, '', NULL, '', '', '', '');
INSERT INTO public.outbox VALUES (2, 'second', 'b545ff7683ff4ac9ab9616c3ca839bac', 'other', 5, 'queued', 1, 1795690265.8818793, 'Second', '["somebody@customer.example"]', '[]', '\xbeb0917b0d584d74aa3b1e6f57ac52125b4e3ef02f8d557f946c07759c38c148ae804d5f74d97609b69f7052cc41b478ae6b590e5ed0891f4970998af1250f5ae933c92c29eb25d0512c91b520174380d1efd0860c44db58542cbefdabb17c8e226308953ecb5f3c0472d909c82a877586c5e54ae4b7f47b2c054071fbe6a8e69e32c1852cf0cca3e5a8a6020a0eb5a5f462d37a570b7cbf22ebe8267d3a126dc55968edfe375c439f8b17dbf2c9e1726207554decec93c474b81526d8a50ce8a41eebb2209bd7e0d91dfcee5307826e2e6d69c2af6202a923eabc1b4d7ce9b11c28ed6765f97e5fbe95ddcdbeb36d12e8bf9186cf74580c248a5c22a373022e274aac58f86cfb260fe21c045aa70f87bc6745e4a2f67f67871ef2a97ae510b99bd9c33261260b39727fff6c2bf2bba3cc8743e36c1a1c9307e29e5ab2c6ba8e0633b01beee3ce9fc458e920a20932395550d1df7ac25f7b2140f371f822eab269f0239afb362e050e5ddf6d5626fd60994bd8cab8422c0c2bdb3edb5228f019ba4fb45a04612a0677d888b88d6659a51e2395a30b666d9d6b955246f7023096a27b26e75bc8d53b7db3adf0cce4813ca4e873863a3a4770169db6f57fb2d87debb72eb78e65a9ef1672c4e6ea', 1795690265.8818793, 1795690265.8818793, 1795949465.8818793, 0, 0, 0, NULL, '', NULL, '', '', '', '');


--
-- Data for Name: outbox_lanes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: outbox_recipients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_recipients VALUES (1, 'somebody@customer.example', 'b545ff7683ff4ac9ab9616c3ca839bac', 5);
INSERT INTO public.outbox_recipients VALUES (2, 'somebody@customer.example', 'b545ff7683ff4ac9ab9616c3ca839bac', 5);


--
-- Data for Name: photos; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: plugin_settings; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.plugin_settings VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 1, '{"application_id":"4e5dc6f2-a507-4d4c-831b-e32c4d397031","contact_mailboxes":[{"entra_object_id":"25607757-ec4b-41b4-ab56-1487835d7495","name":"25607757-ec4b-41b4-ab56-1487835d7495"}],"contact_personal":true,"contact_shared":"named","directory_id":"07720016-b442-5c01-8e92-51bbce490da3","national_cloud":"LAB","sign_in_mode":"all","sync_photo":true}');


--
-- Data for Name: problems; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.problems VALUES (1, 'e5ff880d42dd49e8aed8986ed559d57f', 'account_disabled', '25607757-ec4b-41b4-ab56-1487835d7495', 'user-8c17b4df@contoso.onmicrosoft.com', 'The account is disabled at Microsoft; enable it there to bring the person in.');
INSERT INTO public.problems VALUES (2, '1de220fe8da34f2eb718e30b59dcbab2', 'account_disabled', '25607757-ec4b-41b4-ab56-1487835d7495', 'user-8c17b4df@contoso.onmicrosoft.com', 'The account is disabled at Microsoft; enable it there to bring the person in.');


--
-- Data for Name: registrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.registrations VALUES ('0456f458916f4f4f8b7877877b982293', 'desk phone', 1795690264.384554);


--
-- Data for Name: runs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.runs VALUES ('e5ff880d42dd49e8aed8986ed559d57f', 'b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'forced', NULL, 'done', 'Users: 10 created. Contacts: 36 added; 11 mailboxes read. Photos: 0 photos stored, 0 removed.', 1795690263.2311947, 1795690263.8012297, '{"created": 10, "updated": 0, "disabled": 0, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 0, "skipped": 1, "contacts_created": 36, "contacts_updated": 0, "contacts_deleted": 0, "contacts_restored": 0, "contacts_unchanged": 0, "contacts_skipped": 0, "mailboxes_read": 11, "photos_stored": 0, "photos_removed": 0}', '{"account_disabled": 1}', 10, NULL, 'photos', 10, 10, 0);
INSERT INTO public.runs VALUES ('1de220fe8da34f2eb718e30b59dcbab2', 'b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'forced', NULL, 'done', 'Users: 2 disabled. Contacts: Nothing to change; 9 mailboxes read. Photos: 0 photos stored, 0 removed.', 1795690263.8281558, 1795690263.9972937, '{"created": 0, "updated": 0, "disabled": 2, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 8, "skipped": 1, "contacts_created": 0, "contacts_updated": 0, "contacts_deleted": 0, "contacts_restored": 0, "contacts_unchanged": 0, "contacts_skipped": 0, "mailboxes_read": 9, "photos_stored": 0, "photos_removed": 0}', '{"account_disabled": 1}', 4, NULL, 'photos', 8, 8, 0);
INSERT INTO public.runs VALUES ('f15a8a0e858541bd970abe477ae60487', 'b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'forced', NULL, 'needs_approval', '5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.', 1795690267.7174478, 1795690268.009835, '{"created": 0, "updated": 0, "disabled": 0, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 2, "skipped": 0, "contacts_created": 0, "contacts_updated": 0, "contacts_deleted": 0, "contacts_restored": 0, "contacts_unchanged": 0, "contacts_skipped": 0, "mailboxes_read": 0, "photos_stored": 0, "photos_removed": 0}', '{}', 2, '{"type": "PlanRef", "checksum": "bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8", "made_at_utc": "2026-11-26T10:51:07.832527Z", "counts": {"type": "Counts", "created": 1, "updated": 1, "disabled": 5, "enabled": 1, "deleted": 0, "linked": 0, "unchanged": 2, "skipped": 0, "contacts_created": 0, "contacts_updated": 0, "contacts_deleted": 0, "contacts_restored": 0, "contacts_unchanged": 0, "contacts_skipped": 0, "mailboxes_read": 0, "photos_stored": 0, "photos_removed": 0}, "guarded": 5, "why": "5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft.", "rows_blob": "7df79c77288441d7b872ddd4c6fad78c", "approve": {"type": "ActionRequest", "action": "approve", "values": {"checksum": "bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8"}, "viewer": ""}}', 'read', 7, NULL, 0);


--
-- Data for Name: secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.secrets VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'key.active', '\xbeb0917b0d584d74aa3b1e6f57ac5212bfd590e2d17316662ba666adbf21884ace083f63fc6ec212f13ced0ceee184252771300a4da2679e67f8c2bad0976ac42939fd8bb10209bd9494e9027e58288c60b16d52ded7c0ea463433de1e852e01c38f205705f2a6cd8bb29aedcb9fa19063b8e4b6df6e4389d931937a42a8005aeed3773b090607decd264313abae8994da533e58a40c6f1318ec8f63fb83bc7abf7151ef8424f57cb23447a4331c1d93605d62b03181783b016b3ecaba6825a76be9671b284283ddd0a92e871edbd0f5d1ef1764b81a26f1218e95ddedb307e5f044dbbf61050be5f4c2c9a3410011fac8da618a3eb8286e96c63b2be509db90479ebc262445237b9c7346dbbdd51aa0447f0bb21b305c160f61193ce189b89f81208233befbb8e2a70a85e78cf313d33777e20e93519be12ec20eec278e27dad3f3ad7aa4af96d6e7c0e212c5fbe02dfc4cd7a85363011d8e5efc55ac27a1bdf0fac123cbe1f4060494b2bdc3915caea20a51ab606b7d0bbd760cb0a05cd6c3a89f375e8f16cfb8921dcb24879d4d44b215ad78cfa92c03c30136c2bae0fdb70d25dc5bb75300d75fff493f5cb95f0af2e28dc82d7638e8cb4a79862865867638fac5c90e3351caf29dbc61cfe110ce9160b436cf3df24c72831347b7dd5da861022526356c83ec2af47479f60663c085c46af2b345d9a3dcd760a55369ba58703c1104cd9954163ee6ffc4bcaa90e9f8672ab704af6596b344f6d94e64034e0d285331828200aaa15b3fb453f4af7fe4047a05c543db79cb3414bdd7b92a3c310d3fd0faba7f1c64bec436f5a2ac8cf02a142b625d32c4459e6ad1aab5fac9642673c7fdb14c2b4a167b9c7eb43cc5c589b581e3b2862e34dcd96f9f57f16b91d180080746dbe6ed8bd8c2775ddae532773530bd68758680fab6ca7b14bd11684ba10e917b090545d65b3f7cfa3732242a9ff15c39f32a11af4220282c827ec2db289a00e7cb34ad26fff116b032844e1401f1548ac28df313aa80b9af3f7dac9fc65381f722be67a555679bd816edbcf4e2e09e6f3549f2dce3b6c5a58d61126d58826143702fcabf310578887a8c3f3c5897c77fed36a29f269e6be966eb5b684a7b446b4b9cbfee0c618c3a6e7d44649ef2c7a78827e07da0173e151e03ec5ceb05f7f04cd005d14ed32b967d60b4a07a2352b652c6a61c07773a21eee6eca349a7f012fa581bdfed02af66813bcf98f7ebd8f40ac55df5d32a6648ef5249c49af43802f67c7fa5314de8c2d66f06d40e1138eb89851e10f65d0de1af0bb84d169d0b0b16b4a4311f7f897b3e8d3773dc6186741d4b210419cf5bc40d38b2c865ad061d3b17d3b83dc334b0b78450d8c5afe027a95a9cb057f775c5607f71b3ca2f5405d6cb47e143039fdc5be7d9ebbbcef49b78709a4deead69d5b02621f79de00337f661b021dfdafc35460a7565c5f34ab9eb7c55a6d68f5415219e8b515d35606b9622684140a3103b47fb4d9354b689faba85e0bb4f7e2d80740f0aa774987af0313e889b04d3062c19fd2b123cf3171c56a4cad85fbda3c78e46f8800c35e00686787910cc1722935a7ae6346e814094d27e66100768becd20738ee5a16ed961df8fd820ab53ae76f7d4b1e7abbefb6fb6598585a52fed5039803a6c667ef77398fd85979280ea5a84510e27593225cef4ab8040f7c2260ef072322aad732af4264d73c212e86a8370be903fc4f7a15f1a5eaf94f4c7664fed0d3984e9a56e3fdcbc27bdbc4aff62a58f2bd013e3903c10e1bf7abc4f657aa4971f8acf30140942440103c5af51ac43dc62975d697a054fa359e17a48d81ed7f4316d97a2047de0f052c6379d29252b529d3bfb31269c795ec203a3e3f982fb36c96ab47e0e1963c1aa738be9ffe8b74d7556318925531b849998a8de1cc99db763e874502212ac064945ea94d9a1c1e751f52b1dd5a7c0e169eee65d0b0ccc231028e219d83c1a3d0427d8d5a9b3b77c709403ad09d4dfe3b343419a88b545f684a7b573cbb26753bfd84a0a17cfe15d7e509c31468d5a1a875a45c1f61822d99cb0de3e43b3922d1e6904b971716debb1ee6858f5cb78301eb62f2ccc85dfececbcbffed395707393af57b91ad4b5bf498f253bff6d97707cd7135705798287aa6401f4dbd91fc7017fff7aeaf69648d08e81cff91a7fc3a01dbd496c6a6810206f26a5a4ed14a1da152070b37fe48196d6eae9082206f85854fb34cda8386fc0d9951080840d7d50aaab6ec4ed86c6d2ed96d2303a16ca2f4808cfaf247054a33ef271bee91ed2742376adbb695a9baec19dc4fd0ce14218271bccf51efb52c4009cc40b8344abe7d1f8f71977525b7b69080287cc5be048e23f01fadd723b4134cbecb62754786063b4f06be15e29ed5dab3652cdac61e5cf998939eebca7175e607af60ca8ee71bd353f57d673d8684a3d4d01c39793932941177ce1dc8c4239314ca09bfe37074b16aa0d6bd06a1ffb57ed22d04fd552afc378728d30797b6acce41fa268406ca71ff276be1534df4916fbb34e57ffb1368972bb423ff1cdeafb6fe0b7df0fd1cdafaaabb5365041a18880cea8d9a1b0174231a372561e4dceaa626fbce0c9aa1f25aedb4c8acd9c1a8ff8e0df09ce2e459708db29845feadc83936f424c321b4740b1d49b9b18990c7fc0acb46fa024950ce6d706542ef7085236e899cb3dbbc8f3e6bcd2066f31a33cca215e5a29eae2c7d3ae09e264e9ac21cfff57b19185367873beeaf2bea5100e7148642ae2706219eadac55e2e5b4b8ebbd8b827d8e1a1db5921ddca421deffacb0efd6bf82b38dce981fe02e9ffa072a865e409feb6c1683cdef6d1ff313170ae87eb460b1888e311eec609b6886424b4213d27009b1bc24457fc0df495c28710b8850961daf8d26c160c679ad6effffd55ff22a14e6e7c0c2eefb3ea67613511bcd78bfd33bd267ca6154f14c638dace5be060ab009addd6ddac75e49514cc4d4c3498e514b03d32a2f0f32ab5a4836ab454626255fbaa8025b96233bd95d495954abeb0253debd0b6c4423a7b864cbc2f745dd90b8815e8241c4badb82a58f1d8e8502e6c377e8b4dd6972b2932a980d3b007d342e32a2ca732c76f249de2ad715b85c31911812344e1e431228233f911f47cd01a17976ee12f836d00df8160b2b71fd87c0bf401f7547a6db212488888e1b1e9cc02af35f0d83a3df03ca76cb77bfecfbd5bd6e31542cce92c06e3663155f12f9e7f6d1823ae7cc7f509cfeaf7e43a34a51912dae927be849c26a80a0bd6104fbd693c93995cd425c97d8fcc18a629919714bb9a033929a16966ea18bb52ae12695f9c415215ee3236293c90155bd129b7c8aa28e287e2c708a8afb494a0b34eb4186e745d8defae4ea3784285fe695c97c5eaae7d4b3174e16af0c312f99e10e182a4737a777458ac39a15bc52763fe3967816054615ac52fd77a7c505f78697731cee1fbec51d6d9624d9fb502c931ef102a3bc88d5560bcdc6bc73b7a399638a2eccaeddf8a90b1b8fe6eaf600af9121374424ea1ba71a5a71714a2993513a6f299e4b9f14cd6d7571a145d0b8e1c4569664b40a67ce0187a73f32ef8b895b6e52d48ab07b577795015d200c2e8d86bf0c4fd34a3db0c115a060e5394b40da925ca049cb79def60b85056b853241d4be41bf05e4b22ba4c66db7c0c169254f852740f38058f2931c1b077ed84349d8c3db4aebfa1cf8f8432b015761f549c012e16e8a69ad27ee883c97744d9abe1e23583103ef3a6d7395936e3c796c0171977813bd1e0c5b7ee8a397d64020f77f4cd326baa676a50da31fac6f6858fe6e57efefb6f676c4bb9637b8b1d5aaa7c1e460934ecf7a07755da94423cd1402268d6750831fcd0019bdfc74f925f200847f1abe4438de5085ed25068cb892df19fb384bc19334d3c8bff6c3b21f2dc05ea68f25aba5babca810bddc3eec7bad3b18dbb2b521cbac796db6d4c55587490fc99f88161b8901f7948815049d06f12f67a6d15a265a416be25c5a7c5ee34062bbe3211889231a5663220ff9c3b32e8012ffc5157d5a6c87a3424c703685ff559581f0f128d9a02c14bf91c13c4ed2913da99afce8c02c9da86201531c69d45b8b6d83d826d919ec1973defd6b787c161ae50649df73f53');
INSERT INTO public.secrets VALUES ('system', 'pbx', 'smtp', '\xbeb0917b0d584d74aa3b1e6f57ac521279f14d5169249a0e7368c0d74fd3830d16693836b4fa787475d6a437656fd18c9d673452fe3ab9721cc110ccb1764bae38cf14b36dcddb866bbc6e1523ebbf4922575d85c0f8bc4814a80212217d47e8b1ddcb57368a7eda3b44907f7bac3d3663cea99e2cbc5bb31778463a79491b24e4ae9435cb216e3dd70bd8aca93c598ef20159ac8923825120e8a2c90f274315ddcaa5b68eef797f2bec7342649c3c17bd63d43af01e72954f556b561b0df2dfdf205ef8e9e6afa3688e80db679023d60d7272919822f2bbe1cc88b5f7b043b1333be6b4ae2bfdd48bef96112362a3cb9da37d');


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions VALUES ('aa0585ff9593022e62011823127b7394047a320e966f22c54d831b0fa27d381b', 'b545ff7683ff4ac9ab9616c3ca839bac', NULL, 'admin', 'aC63-AsoMbE7O1DHbwf_fuFKwE4m4Kgu', 1795690268.866008, 1795719068.866008, NULL, NULL, '');
INSERT INTO public.sessions VALUES ('688c5c1a36996b61c4085f7ec347c6d92b93f4c7c1505d839164a64d4b6123c0', 'b545ff7683ff4ac9ab9616c3ca839bac', '0456f458916f4f4f8b7877877b982293', NULL, '9ma-8pzBy3ZPGkpld1n6MNdHCkDQmNbQ', 1795690269.0898151, 1795719069.0898151, 'ms365', 'm365', 'O.MTRiNjgzOGUtNWNjMC00ZGJjLWI4MDAtMzUyMGI1MGJhNjJj');
INSERT INTO public.sessions VALUES ('c4745fcb9e121c8a8c8bbfc7a60b9310e201d40ae9be417a4aa4ac04a8c30f7b', 'b545ff7683ff4ac9ab9616c3ca839bac', '0456f458916f4f4f8b7877877b982293', NULL, '9xPFcmuq_iXRBIDednVTSuXBPynF2v3L', 1795690269.2542765, 1795719069.2542765, 'ms365', 'm365', 'O.MTRiNjgzOGUtNWNjMC00ZGJjLWI4MDAtMzUyMGI1MGJhNjJj');


--
-- Data for Name: state; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'mailboxes.asked', 1, '{"after":"","everybody_at_utc":null,"refused":{"people":"2026-11-26T10:51:03.361081Z"},"type":"_Progress"}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'users.first_plan', 1, '{"confirmed_at_utc":"2026-11-26T10:51:03.332396Z"}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.99a7b7aa-c685-4921-a9ad-e4d962be925e', 2, '{"asked":"2026-11-26T10:51:03.950078+00:00","counts":[4,0,0],"default":"AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=","","","https://127.0.0.1:41755/v1.0/users/99a7b7aa-c685-4921-a9ad-e4d962be925e/contactFolders/AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=/contacts/delta?$deltatoken=mTtnZGwtReZ7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBSm5ETllWNFdDRTlsWHFGUVZzR1NSTXpJQW1JNFlMU0ctMGFlbVVhWi1fc21jTTFoWGhZSVQyVmVvVkJXd1pKRXpNZ0NZamhndEliN1JwNlpScG5BQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiIwODFkY2QifQ"]],"id":"99a7b7aa-c685-4921-a9ad-e4d962be925e","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"giorgos.vlachos@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.563185+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/99a7b7aa-c685-4921-a9ad-e4d962be925e/contactFolders/delta?$deltatoken=SY0sdP4jbb57InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiODQ1YWEwIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.round', 4, '{"id":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","open":false}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.238979bb-4ea5-4e6d-bbae-5f2693931e02', 1, '{"asked":"2026-11-26T10:51:03.682712+00:00","counts":[4,0,0],"default":"AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=","","","https://127.0.0.1:41755/v1.0/users/238979bb-4ea5-4e6d-bbae-5f2693931e02/contactFolders/AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=/contacts/delta?$deltatoken=5ur8_sW5JKt7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBOEU3SEtkRkZqTy1TVXNVd0gyREpSN3JETFZoRGNWZG50NU53Y01yQXptUHdUc2NwMFVXTTc1SlN4VEFmWU1sSHVzTXRXRU54VjJlM2szQnd5c0RBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiI3ZTQ2ZjIifQ"]],"id":"238979bb-4ea5-4e6d-bbae-5f2693931e02","kind":"personal","round":"2026-11-26T10:51:03.443459+00:00/e5ff880d42dd49e8aed8986ed559d57f","shown":"grady.bowen@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.682712+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/238979bb-4ea5-4e6d-bbae-5f2693931e02/contactFolders/delta?$deltatoken=L4hD4K6gtO97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNmYxYTE4In0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.420c7357-0280-4b0c-89e3-087f5102cc56', 1, '{"asked":"2026-11-26T10:51:03.702469+00:00","counts":[4,0,0],"default":"AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=","","","https://127.0.0.1:41755/v1.0/users/420c7357-0280-4b0c-89e3-087f5102cc56/contactFolders/AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=/contacts/delta?$deltatoken=arrDjOV-Qt97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBRWdYbWJWMkM1WUVxdGJ0TUwzLVJiV0pSemxFRzRuRUU3VEFFU0hlT3VJVVNCZVp0WFlMbGdTcTF1MHd2ZjVGdFlsSE9VUWJpY1FUdE1BUklkNDZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiJjZmZkNjUifQ"]],"id":"420c7357-0280-4b0c-89e3-087f5102cc56","kind":"personal","round":"2026-11-26T10:51:03.443459+00:00/e5ff880d42dd49e8aed8986ed559d57f","shown":"lukas.voss@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.702469+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/420c7357-0280-4b0c-89e3-087f5102cc56/contactFolders/delta?$deltatoken=gNVnxDIwHmN7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiMzkwNmU4In0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'users.guard', 1, '[["2026-11-26T10:51:03.835921+00:00",2]]');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.a825abdd-3003-4e2d-8a4a-c5d43051ac46', 2, '{"asked":"2026-11-26T10:51:03.950220+00:00","counts":[2,0,0],"default":"AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=","VIP","AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=","https://127.0.0.1:41755/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=/contacts/delta?$deltatoken=OCV4FrTiOU57InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBNWJ4Sm1YVmZoUGtZOGU0UDNDTWR0eUpkV3c5LXE3TkYtMGpXS2NsdjJVdmx2RW1aZFYtRS1Sang3Z19jSXgyM0lsMWJEMzZyczBYN1NOWXB5V19BQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiIwNWNkZjUifQ"],["AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=","Customers","AAMkAwzPPsKjtdztTE1sSOEq27GDHNlRdHBndLOUH1aHoBXfDM8-wqO13O1MTWxI4SrbsYMc2VF0cGd0s5QfVoegAAA=","https://127.0.0.1:41755/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=/contacts/delta?$deltatoken=xxLhfPVUSxh7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBVU9vREwxUUtqZHdVTzdfYWZybnl3N0x2ZUV1ZXpOb0VzWXJoR1pGU0Y5ZFE2Z012VkFxTjNCUTd2OXAtdWZMRHN1OTRTNTdNMmdTeGl1RVprVklBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjAsIn4iOiI1YTA0ZWIifQ"],["AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=","","","https://127.0.0.1:41755/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=/contacts/delta?$deltatoken=ZcL3AktEE_l7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBYWRVel9valh5RHFiOTBEcENxaDNDMjhOYU5xT1JVN2FUZFRVLTdmU2N5aHAxVFAtaU5mSU9wdjNRT2tLcUhjTGJ3MW8ybzVGVHRwTjFOVDd0OUpBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiI2YjVlY2UifQ"]],"id":"a825abdd-3003-4e2d-8a4a-c5d43051ac46","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"soren.voss@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.744090+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/delta?$deltatoken=DVKxSxp4eux7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjoyLCJ-IjoiMDdlNWRkIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.summary', 2, '{"at_utc":"2026-11-26T10:51:03.963494Z","message":"Nothing to change; 9 mailboxes read.","states":{"ok":9},"troubled":[],"type":"ContactSummary"}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'users.leavers', 4, '{"next_at_utc":"2026-12-26T10:51:03.894768+00:00","policies":{"deleted_delete_after_days":30,"deleted_policy":"delete","disabled_delete_after_days":30,"disabled_policy":"disable","out_of_scope_delete_after_days":30,"out_of_scope_policy":"disable","type":"LeaversConfig"}}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'users.plan', 1, '{"pairs_blob":"db101004d60b4e6d9d0b3089cb16e085","plan":{"approve":{"action":"approve","type":"ActionRequest","values":{"checksum":"bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8"},"viewer":""},"checksum":"bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8","counts":{"contacts_created":0,"contacts_deleted":0,"contacts_restored":0,"contacts_skipped":0,"contacts_unchanged":0,"contacts_updated":0,"created":1,"deleted":0,"disabled":5,"enabled":1,"linked":0,"mailboxes_read":0,"photos_removed":0,"photos_stored":0,"skipped":0,"type":"Counts","unchanged":2,"updated":1},"guarded":5,"made_at_utc":"2026-11-26T10:51:07.832527Z","rows_blob":"7df79c77288441d7b872ddd4c6fad78c","type":"PlanRef","why":"5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft."}}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'last_run', 3, '{"by_clock":false,"failures":0,"finished_at_utc":"2026-11-26T10:51:08.006113Z","message":"5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.","status":"needs_approval","type":"LastRun"}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'users.checkpoint', 2, '{"delta_link":"https://127.0.0.1:41755/v1.0/users/delta?$deltatoken=OUouDXHzWKB7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsIm5hbWVzIjpbImlkIiwidXNlclByaW5jaXBhbE5hbWUiLCJkaXNwbGF5TmFtZSIsImdpdmVuTmFtZSIsInN1cm5hbWUiLCJtYWlsIiwibW9iaWxlUGhvbmUiLCJidXNpbmVzc1Bob25lcyIsImRlcGFydG1lbnQiLCJ1c2FnZUxvY2F0aW9uIiwidXNlclR5cGUiLCJhY2NvdW50RW5hYmxlZCIsImFzc2lnbmVkTGljZW5zZXMiLCJhc3NpZ25lZFBsYW5zIl0sInNlbGVjdCI6ImlkLHVzZXJQcmluY2lwYWxOYW1lLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxzdXJuYW1lLG1haWwsbW9iaWxlUGhvbmUsYnVzaW5lc3NQaG9uZXMsZGVwYXJ0bWVudCx1c2FnZUxvY2F0aW9uLHVzZXJUeXBlLGFjY291bnRFbmFibGVkLGFzc2lnbmVkTGljZW5zZXMsYXNzaWduZWRQbGFucyIsIm9ubHkiOm51bGwsInVudGlsIjoxLCJib3JuIjoxNzk1NjkwMjYzLjM1MjI4MjUsImZ1bGwiOmZhbHNlLCJlbmQiOjAsIn4iOiI2YmRkZmUifQ","delta_link_at_utc":"2026-11-26T10:51:03.332396Z","directory":"https://127.0.0.1:41755/v1.0 07720016-b442-5c01-8e92-51bbce490da3","fulls_since_fresh_link":2,"last_full_at_utc":"2026-11-26T10:51:03.835921Z","mapping_fingerprint":"87b386ee2f410498","retry_by_full":false,"retry_ids":[],"schema_version":1,"scope_hash":"everybody","select_hash":"07fcfc967046d5f4","type":"Checkpoint"}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.company.25607757-ec4b-41b4-ab56-1487835d7495', 2, '{"asked":"2026-11-26T10:51:03.949721+00:00","counts":[1,0,0],"default":"AAMkA6pnxDL53MDEKrhqFNwmcNxxmcQadecPEFn_3yq_kkmDqmfEMvncwMQquGoU3CZw3HGZxBp15w8QWf_fKr-SAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkA6pnxDL53MDEKrhqFNwmcNxxmcQadecPEFn_3yq_kkmDqmfEMvncwMQquGoU3CZw3HGZxBp15w8QWf_fKr-SAAA=","","","https://127.0.0.1:41755/v1.0/users/25607757-ec4b-41b4-ab56-1487835d7495/contactFolders/AAMkA6pnxDL53MDEKrhqFNwmcNxxmcQadecPEFn_3yq_kkmDqmfEMvncwMQquGoU3CZw3HGZxBp15w8QWf_fKr-SAAA=/contacts/delta?$deltatoken=YKssTnzwxa97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBNnBueERMNTNNREVLcmhxRk53bWNOeHhtY1FhZGVjUEVGbl8zeXFfa2ttRHFtZkVNdm5jd01RcXVHb1UzQ1p3M0hHWnhCcDE1dzhRV2ZfZktyLVNBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MSwiYWZ0ZXIiOjEsInVudGlsIjoxLCJlbmQiOjEsIn4iOiI2ODAwNzEifQ"]],"id":"25607757-ec4b-41b4-ab56-1487835d7495","kind":"company","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"25607757-ec4b-41b4-ab56-1487835d7495","since":"2026-11-26T10:51:03.626468+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/25607757-ec4b-41b4-ab56-1487835d7495/contactFolders/delta?$deltatoken=XfuOLLXxATt7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNzFiMjUxIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.14b6838e-5cc0-4dbc-b800-3520b50ba62c', 2, '{"asked":"2026-11-26T10:51:03.949825+00:00","counts":[3,0,0],"default":"AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=","","","https://127.0.0.1:41755/v1.0/users/14b6838e-5cc0-4dbc-b800-3520b50ba62c/contactFolders/AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=/contacts/delta?$deltatoken=njWnD-lJ0Ft7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBN0R5ZW4tX01rcDhUOS1TeEN1c1VxckdraFc0R3dRcnR4cmx5ZVJCbVhRTHNQSjZmNzh5U254UDM1TEVLNnhTcXNhU0ZiZ2JCQ3UzR3VYSjVFR1pBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjMsIn4iOiIwZDFiZGEifQ"]],"id":"14b6838e-5cc0-4dbc-b800-3520b50ba62c","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"zaneta.wisniewski@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.638110+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/14b6838e-5cc0-4dbc-b800-3520b50ba62c/contactFolders/delta?$deltatoken=wq7aBHJwXfF7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiN2YyMzkzIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 2, '{"asked":"2026-11-26T10:51:03.949892+00:00","counts":[4,0,0],"default":"AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=","","","https://127.0.0.1:41755/v1.0/users/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e/contactFolders/AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=/contacts/delta?$deltatoken=0_-Gu8aJ8Hl7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBQTEyNWtDQ1J5NkV6UU1NU1BsNUM3SndORTZvVUJGZzB5UVk4dUk3bGJySURYYm1RSUpITG9UTkF3eEktWGtMc25BMFRxaFFFV0RUSkJqeTRqdVZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiJmN2UwOTMifQ"]],"id":"1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"omer.yilmaz@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.658947+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e/contactFolders/delta?$deltatoken=IdUj0hIEB4d7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiYThhY2ViIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.4e1ec268-94c1-48cb-9156-5323d0cc8069', 2, '{"asked":"2026-11-26T10:51:03.949955+00:00","counts":[6,0,0],"default":"AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=","","","https://127.0.0.1:41755/v1.0/users/4e1ec268-94c1-48cb-9156-5323d0cc8069/contactFolders/AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=/contacts/delta?$deltatoken=zwDVjdzHQkp7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBMHR4ZUFDR2NFM093S2RQeG5ucHVNcjdkc1hnTHJuUDhKQ3lTM0FiVUhZblMzRjRBSVp3VGM3QXAwX0dlZW00eXZ0MnhlQXV1Y193a0xKTGNCdFFBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjYsIn4iOiJiYjYzZTkifQ"]],"id":"4e1ec268-94c1-48cb-9156-5323d0cc8069","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"megan.robbins@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.725378+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/4e1ec268-94c1-48cb-9156-5323d0cc8069/contactFolders/delta?$deltatoken=pNCArzTNe3p7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiMjA3Njc0In0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 2, '{"asked":"2026-11-26T10:51:03.950018+00:00","counts":[1,0,0],"default":"AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=","","","https://127.0.0.1:41755/v1.0/users/68fe1e4e-a098-481f-9bdf-3398f49dc4e3/contactFolders/AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=/contacts/delta?$deltatoken=3CC0DCQmnMR7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBZHhVb2VmZHMwVDJnNzJyb2lEMjd6SnlGSFdoLWxNNDdzRlQwU3lMU0lDcDNGU2g1OTJ6UlBhRHZhdWlJUGJ2TW5JVWRhSDZVemp1d1ZQUkxJdElBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiI0MjFiNDkifQ"]],"id":"68fe1e4e-a098-481f-9bdf-3398f49dc4e3","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"george.clarke@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.506931+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/68fe1e4e-a098-481f-9bdf-3398f49dc4e3/contactFolders/delta?$deltatoken=mwuLiG_RAAV7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiYjYwZTJlIn0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.9c59ccac-7b25-473d-9347-73a9d34c0530', 2, '{"asked":"2026-11-26T10:51:03.950139+00:00","counts":[2,0,0],"default":"AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=","","","https://127.0.0.1:41755/v1.0/users/9c59ccac-7b25-473d-9347-73a9d34c0530/contactFolders/AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=/contacts/delta?$deltatoken=Zp_owgfsjZ97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBb05wSUdtbmVfSG1XUjBpQXVyRFlzQlNRMnAwaENhYTA2MFNWU0JLMVVmT2cya2dhYWQ3OGVaWkhTSUM2c05pd0ZKRGFuU0VKcHJUclJKVklFclZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjIsIn4iOiI5YjMwZTcifQ"]],"id":"9c59ccac-7b25-473d-9347-73a9d34c0530","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"pawel.wisniewski@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.583627+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/9c59ccac-7b25-473d-9347-73a9d34c0530/contactFolders/delta?$deltatoken=fkrXU7Fhpkl7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiZGUxN2U5In0","version":1}');
INSERT INTO public.state VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'm365', 'contacts.box.personal.aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 2, '{"asked":"2026-11-26T10:51:03.950283+00:00","counts":[5,0,0],"default":"AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=","detail":"","fingerprint":"c4fdef886c3106c7","folders":[["AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=","","","https://127.0.0.1:41755/v1.0/users/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb/contactFolders/AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=/contacts/delta?$deltatoken=-hD4TFL15w97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBZTdxV0hLQjl6MDItWUY5aFpHV3BHbnJTWTRqbEo5aklPb0JKckt6NVpMSjd1cFljb0gzUFRiNWdYMkZrWmFrYWV0SmppT1VuMk1nNmdFbXNyUGxBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjUsIn4iOiJmOTE5OTEifQ"]],"id":"aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb","kind":"personal","round":"2026-11-26T10:51:03.910874+00:00/1de220fe8da34f2eb718e30b59dcbab2","shown":"antonio.da.silva@contoso.onmicrosoft.com","since":"2026-11-26T10:51:03.617486+00:00","status":"ok","tree":"https://127.0.0.1:41755/v1.0/users/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb/contactFolders/delta?$deltatoken=VVLo0gG71LR7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiMTQyNzJmIn0","version":1}');


--
-- Data for Name: switches; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.switches VALUES ('m365', 'd71e5ed58d4e4156a3899dcefdb523ed', 0);


--
-- Data for Name: tenants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tenants VALUES ('b545ff7683ff4ac9ab9616c3ca839bac', 'Contoso', 'contoso.example', 'Europe/Berlin', 'DE', 'https://pbx.example.com:8887', 'https://sbc.example.com:10443', NULL, 30, 1795690262.9204857);
INSERT INTO public.tenants VALUES ('d71e5ed58d4e4156a3899dcefdb523ed', 'Fabrikam', 'fabrikam.example', 'UTC', 'US', 'https://localhost:8887', NULL, NULL, 30, 1795690265.8260813);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users VALUES ('c73150aecb0c4c17b6b6d5e3305190ef', 'b545ff7683ff4ac9ab9616c3ca839bac', 'george.clarke', 'george.clarke', 'George Clarke', 'george.clarke@contoso.onmicrosoft.com', '07700 900421', NULL, '020 7946 0141', '+442079460141', NULL, 'Human Resources', '106', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac521277f5b0a46eb53de43eb3e032e7a0cb4403ad3d4e4f7e7e1080f86066a32cf5912dbf89ad8309251e9ff5d1de5b2e898618aa48f7', '\xbeb0917b0d584d74aa3b1e6f57ac5212189043fcea5c7e186c37e6c33f327f95e279250d42678e720a07aa640d3e7bf2e0b8d11e', NULL, NULL, 1795690263.4213667);
INSERT INTO public.users VALUES ('645cfb530f2b4ef98870ee8804781e64', 'b545ff7683ff4ac9ab9616c3ca839bac', 'giorgos.vlachos', 'giorgos.vlachos', 'Γιώργος Βλάχος', 'giorgos.vlachos@contoso.onmicrosoft.com', '+30 694 555 0148', '+306945550148', '+30 21 5550 0101', '+302155500101', NULL, 'Ventes & Support', '107', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac521257a8fbd9b25cc555877e889e623c7dc5d545bc54abbb4c2311202c7850eeabc304074bb43668d7e055b59ed7cea0cd7f55b07ecd', '\xbeb0917b0d584d74aa3b1e6f57ac5212a2febff506e95ce17bdd982ec99afecea2fec4a71b28e6a9fe036601472cb3de822f8fe0', NULL, NULL, 1795690263.4213948);
INSERT INTO public.users VALUES ('b37c211a6ea84fd9867c56439346838c', 'b545ff7683ff4ac9ab9616c3ca839bac', 'pawel.wisniewski', 'pawel.wisniewski', 'Paweł Wiśniewski', 'pawel.wisniewski@contoso.onmicrosoft.com', '+48 500 555 024', '+48500555024', '(22) 555-01-15', '+48225550115', NULL, 'Operations', '108', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212adbb25c80981d555812e7a937d0dbd30082b18740f39abe74d16fa27abc537a329a2778282a602d1de80f3c0639a629e22943d94', '\xbeb0917b0d584d74aa3b1e6f57ac5212f7516338b3cf4fb37de17889bdbfc32e705720ba0de1ab4e443ac327de3a4c5281e3bb7a', NULL, NULL, 1795690263.421423);
INSERT INTO public.users VALUES ('c404b42faf224b9a8f15abded4207354', 'b545ff7683ff4ac9ab9616c3ca839bac', 'soren.voss', 'soren.voss', 'Sören Voß', 'soren.voss@contoso.onmicrosoft.com', NULL, NULL, '030 / 23125-666', '+493023125666', NULL, 'Finance', '109', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212993491ef39e2ab0f6c590717d813941d763805cbe4fa9f1b99e7511a5c55d96bcbd3a6a6d4966809e0fdb21db93e2f05e4e4bf30', '\xbeb0917b0d584d74aa3b1e6f57ac52120a3ad53b75081ca6226d3ff8857064e66281c300dee57c5276e10b0d9b761b7c34e3ca8d', NULL, NULL, 1795690263.421449);
INSERT INTO public.users VALUES ('3ed3539eca2945f0bbe4f5a31948beb5', 'b545ff7683ff4ac9ab9616c3ca839bac', 'antonio.da.silva', 'antonio.da.silva', 'Antônio da Silva', 'antonio.da.silva@contoso.onmicrosoft.com', '+55 11 95550-0184', '+5511955500184', '(11) 5550-0131', '+551155500131', NULL, 'R&D', '110', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac52122dd31bfe48a589d600b87662d89f568706cf3fc2860a8790750fa123a4c0c9a210501a525f0eddeffbf5848d107a8ad6c1499326', '\xbeb0917b0d584d74aa3b1e6f57ac5212d3295dd90c7b86bd33af936d4ad4cea5235588fe265603d24b409a17be8f8c420c2a24d0', NULL, NULL, 1795690263.4214752);
INSERT INTO public.users VALUES ('379e92a338ff429ab0ab52c62ac3536f', 'b545ff7683ff4ac9ab9616c3ca839bac', 'grady.bowen', 'grady.bowen', 'Grady Bowen', 'grady.bowen@contoso.onmicrosoft.com', '206-555-0168', '+12065550168', '425.555.0114', '+14255550114', NULL, 'R&D', '103', 0, 'account_disabled', 1795690263.8947468, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212d52a4d062cd821ebfb270b24d305bcb06b8f981c229f88ee913e1ad9ad744c10e990f05eb826b9a385bac5b1b98056788376965a', '\xbeb0917b0d584d74aa3b1e6f57ac5212d5d58ac2f332ee3c08de6c52cf8a563271d8b1bd7b4fd87e428c194d5dd50b61d476749d', NULL, NULL, 1795690263.4212778);
INSERT INTO public.users VALUES ('502175c1665042e6a625ec0991299a9e', 'b545ff7683ff4ac9ab9616c3ca839bac', 'lukas.voss', 'lukas.voss', 'Lukas Voß', 'lukas.voss@contoso.onmicrosoft.com', '+49 152 28817333', '+4915228817333', '+49 (0)30 23125751', '+493023125751', NULL, 'R&D', '104', 0, 'departed', 1795690263.8947685, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac52123a66c1b1c71393df2bbf4ae3519f5937f98057fdfc81b08ec9a14da2469c70e1c8395d8404ec8cb83cb8481da7044b213bc110ee', '\xbeb0917b0d584d74aa3b1e6f57ac521224b6705b33ffca265d39ef8173f26fc09efe4b694915538b12f3504aef41001fca7bd8cc', NULL, NULL, 1795690263.4213104);
INSERT INTO public.users VALUES ('886e10f9afe14d9a96c58668b26fc20a', 'b545ff7683ff4ac9ab9616c3ca839bac', 'by.hand', 'by.hand', 'Made By Hand', 'hand@contoso.example', NULL, NULL, NULL, NULL, NULL, NULL, '111', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac52121d7ad9d4c48d25bba4349023b068709da90071716fefcb62e7556ee6ea3db658ca1ab737ec06e0c2343c72dca735f0f96848dad3', '\xbeb0917b0d584d74aa3b1e6f57ac521222a294a0fea1a91373456afed6321bc10a3f1cab5b37cce80ff5a4bbc3316823043294a2', NULL, NULL, 1795690264.0021331);
INSERT INTO public.users VALUES ('6888e45bcd4c49aeb7bfa9a00b63023e', 'b545ff7683ff4ac9ab9616c3ca839bac', 'omer.yilmaz', 'omer.yilmaz', 'Edited By Hand', 'omer.yilmaz@contoso.onmicrosoft.com', '0532 555 01 69', '+905325550169', NULL, NULL, NULL, 'Ventes & Support', '102', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212bf9f643b7aa634d67bad140c66879e1430eb4f50ade19c872dcc76a107926b9214c1ba2447e8db9483dbe642be9ba3c7b8653eb7', '\xbeb0917b0d584d74aa3b1e6f57ac521259053811ee8e934732bee3a91bc0eaf682235497c071979f6506a6483c53b9474a61f984', NULL, NULL, 1795690263.421228);
INSERT INTO public.users VALUES ('0456f458916f4f4f8b7877877b982293', 'b545ff7683ff4ac9ab9616c3ca839bac', 'zaneta.wisniewski', 'zaneta.wisniewski', 'Żaneta Wiśniewski', 'zaneta.wisniewski@contoso.onmicrosoft.com', NULL, NULL, NULL, NULL, NULL, 'Engineering', '101', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212ac9f869ef21b0fc932cfb666488a843981ae1bd97d78df326d63aac1fd6a5a4146371d720d8df8868ca2b8b69e0684401c99c093', '\xbeb0917b0d584d74aa3b1e6f57ac521264fd21c0e61a24196402788528d6d26fa021e9c38a753d668f2e127951168222a154d7a7', 'scrypt$Yb9p1dPEzNXIMts60pz99g==$I5ME7h+H1Hkf6OF8qXTwPpBCgodLj+Jj/DI1h4TkK9E=', NULL, 1795690263.421087);
INSERT INTO public.users VALUES ('072995e9f4b74e1eb7ce1d80ca15d407', 'd71e5ed58d4e4156a3899dcefdb523ed', 'ann', 'ann', 'Ann', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '101', 1, NULL, NULL, 'StandardUser', '\xbeb0917b0d584d74aa3b1e6f57ac5212932148c692cb3131608d6f57dd85179434bb077a52a3655e2f4af3d18ef22276052f4eaf1cd5ed13d9d545dd06c3dc62119238ef', '\xbeb0917b0d584d74aa3b1e6f57ac52120a2a85284e5caf70e74726e96174e86ecd55d0bdf36c6d8c6e656a22420c4265ec263e08', NULL, NULL, 1795690265.8385763);


--
-- Data for Name: wrong_passwords; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 5, true);


--
-- Name: budget_takes_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.budget_takes_id_seq', 1, false);


--
-- Name: notices_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.notices_id_seq', 2, true);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_seq_seq', 2, true);


--
-- Name: problems_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.problems_id_seq', 2, true);


--
-- Name: admins admins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admins
    ADD CONSTRAINT admins_pkey PRIMARY KEY (tenant_id, username);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: blob_chunks blob_chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blob_chunks
    ADD CONSTRAINT blob_chunks_pkey PRIMARY KEY (blob_id, "position");


--
-- Name: blobs blobs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (id);


--
-- Name: budget_takes budget_takes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.budget_takes
    ADD CONSTRAINT budget_takes_pkey PRIMARY KEY (id);


--
-- Name: contact_numbers contact_numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contact_numbers
    ADD CONSTRAINT contact_numbers_pkey PRIMARY KEY (contact_id, e164);


--
-- Name: contact_sources contact_sources_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contact_sources
    ADD CONSTRAINT contact_sources_pkey PRIMARY KEY (contact_id, mailbox_id, source_contact_id);


--
-- Name: contacts contacts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);


--
-- Name: data_keys data_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (id);


--
-- Name: due due_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.due
    ADD CONSTRAINT due_pkey PRIMARY KEY (tenant_id, plugin);


--
-- Name: flows flows_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (state_hash);


--
-- Name: links links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (tenant_id, authority, subject);


--
-- Name: meta meta_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);


--
-- Name: notices notices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);


--
-- Name: number_cursors number_cursors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.number_cursors
    ADD CONSTRAINT number_cursors_pkey PRIMARY KEY (tenant_id, start);


--
-- Name: numbers numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (tenant_id, number);


--
-- Name: outbox outbox_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_id_key UNIQUE (id);


--
-- Name: outbox_lanes outbox_lanes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_lanes
    ADD CONSTRAINT outbox_lanes_pkey PRIMARY KEY (tenant_id, urgent);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);


--
-- Name: outbox_recipients outbox_recipients_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_recipients
    ADD CONSTRAINT outbox_recipients_pkey PRIMARY KEY (seq, address);


--
-- Name: photos photos_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_pkey PRIMARY KEY (user_id);


--
-- Name: plugin_settings plugin_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plugin_settings
    ADD CONSTRAINT plugin_settings_pkey PRIMARY KEY (tenant_id, plugin);


--
-- Name: problems problems_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.problems
    ADD CONSTRAINT problems_pkey PRIMARY KEY (id);


--
-- Name: registrations registrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (user_id, device);


--
-- Name: runs runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);


--
-- Name: secrets secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (tenant_id, plugin, name);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);


--
-- Name: state state_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.state
    ADD CONSTRAINT state_pkey PRIMARY KEY (tenant_id, plugin, key);


--
-- Name: switches switches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_pkey PRIMARY KEY (plugin, tenant_id);


--
-- Name: tenants tenants_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_name_key UNIQUE (name);


--
-- Name: tenants tenants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);


--
-- Name: tenants tenants_sip_domain_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_sip_domain_key UNIQUE (sip_domain);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: users users_tenant_id_extension_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_extension_number_key UNIQUE (tenant_id, extension_number);


--
-- Name: users users_tenant_id_username_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_username_key_key UNIQUE (tenant_id, username_key);


--
-- Name: wrong_passwords wrong_passwords_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wrong_passwords
    ADD CONSTRAINT wrong_passwords_pkey PRIMARY KEY (tenant_id, account);


--
-- Name: budget_takes_by_bucket; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX budget_takes_by_bucket ON public.budget_takes USING btree (tenant_id, bucket, taken_at, amount);


--
-- Name: contact_numbers_by_e164; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contact_numbers_by_e164 ON public.contact_numbers USING btree (tenant_id, e164);


--
-- Name: contact_sources_by_folder; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contact_sources_by_folder ON public.contact_sources USING btree (tenant_id, book, mailbox_id, folder_id);


--
-- Name: contacts_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX contacts_by_external_id ON public.contacts USING btree (tenant_id, book, plugin, external_id);


--
-- Name: contacts_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contacts_by_name ON public.contacts USING btree (tenant_id, book, name);


--
-- Name: ix_audit_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_tenant_id ON public.audit USING btree (tenant_id);


--
-- Name: ix_blobs_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_blobs_expires_at ON public.blobs USING btree (expires_at);


--
-- Name: ix_due_next_due_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_due_next_due_at ON public.due USING btree (next_due_at);


--
-- Name: ix_flows_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_flows_tenant_id ON public.flows USING btree (tenant_id);


--
-- Name: ix_links_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_links_user_id ON public.links USING btree (user_id);


--
-- Name: ix_notices_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_notices_tenant_id ON public.notices USING btree (tenant_id);


--
-- Name: ix_problems_run_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_problems_run_id ON public.problems USING btree (run_id);


--
-- Name: ix_runs_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_runs_tenant_id ON public.runs USING btree (tenant_id);


--
-- Name: ix_sessions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sessions_user_id ON public.sessions USING btree (user_id);


--
-- Name: numbers_by_n; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_n ON public.numbers USING btree (tenant_id, n);


--
-- Name: numbers_by_person; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_person ON public.numbers USING btree (tenant_id, authority, subject);


--
-- Name: numbers_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_user ON public.numbers USING btree (user_id);


--
-- Name: numbers_resting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_resting ON public.numbers USING btree (tenant_id, free_since) WHERE (free_since IS NOT NULL);


--
-- Name: outbox_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_end ON public.outbox USING btree (waiting, finished_at);


--
-- Name: outbox_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_expiry ON public.outbox USING btree (waiting, expires_at);


--
-- Name: outbox_by_rank; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_rank ON public.outbox USING btree (waiting, rank, seq);


--
-- Name: outbox_by_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_state ON public.outbox USING btree (state, tenant_id);


--
-- Name: outbox_by_tenant; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_tenant ON public.outbox USING btree (tenant_id, seq);


--
-- Name: outbox_by_tenant_and_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_tenant_and_state ON public.outbox USING btree (tenant_id, state);


--
-- Name: outbox_recipients_by_address; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_recipients_by_address ON public.outbox_recipients USING btree (tenant_id, address, priority, seq);


--
-- PostgreSQL database dump complete
--


